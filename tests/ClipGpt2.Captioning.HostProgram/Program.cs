using System.Globalization;
using ClipGpt2.Captioning.Benchmarks.Ratios;
using ClipGpt2.Captioning.HostProgram;

// What a process has only once can't be tested inside of the tests' own: each of these is run as a program.
switch (args)
{
    case ["wait", .. var steps]:
        WaitSteps.Run(steps);
        break;
    case ["idle", var policy]:
        IdleThreads.Run(policy);
        break;
    case ["end-amid-work"]:
        EndAmidWork.Run();
        break;
    case ["train-convolutions"]:
        TrainConvolutions.Run();
        break;
    case ["without-skia", var model, var folder, .. var pictures]:
        await WithoutSkia.Run(model, folder, pictures);
        break;
    case ["with-skia", var model, var picture]:
        WithoutSkia.Compare(model, picture);
        break;
    case [BusyLoop.Verb]:
        BusyLoop.Run();
        break;
    case ["be-busy", var count]:
        BusyParent.Run(int.Parse(count, CultureInfo.InvariantCulture));
        break;
    default:
        throw new ArgumentException($"'{string.Join(' ', args)}' isn't a thing that this program does.");
}
