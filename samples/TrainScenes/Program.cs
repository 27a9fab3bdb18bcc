using System.CommandLine;
using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training;
using TrainScenes;
using TrainScenes.Scenes;

// Draws scenes, trains a small captioner on them from nothing, and says how often its captions of new scenes are right:
//   dotnet run --project samples/TrainScenes -c Release
// Writes scenes as COCO has its data, for other programs to train on:
//   dotnet run --project samples/TrainScenes -c Release -- draw FOLDER --count 1000
var output = new Option<string>("--out") { Description = "The folder to write the captioner and the run's files into.", DefaultValueFactory = _ => "artifacts/scenes" };
var steps = new Option<int>("--steps") { Description = "The number of training steps.", DefaultValueFactory = _ => SceneRecipe.DefaultSteps };
var seed = new Option<long>("--seed") { Description = "What weights and scenes come from.", DefaultValueFactory = _ => 1 };
var from = new Option<string?>("--from") { Description = "The checkpoint of a run to go on from, with a schedule of its own and new scenes; give it another --seed." };
var quick = new Option<bool>("--quick") { Description = "Few steps on few scenes: shows that everything works, and learns next to nothing." };
var train = new RootCommand("Trains a small captioner on drawn scenes, from nothing.") { output, steps, seed, from, quick };
train.SetAction((arguments, token) => SceneTraining.RunAsync(
    arguments.GetValue(output)!,
    arguments.GetValue(quick) ? SceneRecipe.Quick(arguments.GetValue(seed)) : new SceneRecipe(arguments.GetValue(steps), arguments.GetValue(seed), arguments.GetValue(from)),
    token));

var folder = new Argument<string>("folder") { Description = "The folder to write images/ and captions.json into." };
var count = new Option<int>("--count") { Description = "The number of scenes.", DefaultValueFactory = _ => 1000 };
var draw = new Command("draw", "Writes scenes and their captions in COCO's form.") { folder, count, seed };
draw.SetAction(arguments => Console.WriteLine(SceneFiles.Write(arguments.GetValue(folder)!, new SceneGenerator(arguments.GetValue(seed), SceneKind.Any), arguments.GetValue(count))));
train.Subcommands.Add(draw);
return await train.Parse(args).InvokeAsync();
