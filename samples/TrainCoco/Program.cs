using System.CommandLine;
using ClipGpt2.Captioning;
using TrainCoco;

// Trains a captioner on COCO from CLIP and GPT-2 as they are downloaded, in the reference program's form or in ClipCap's; README.md says what is needed:
//   dotnet run --project samples/TrainCoco -c Release -- --annotations captions_train2014.json --images train2014
//     --val-annotations captions_val2014.json --val-images val2014 --clip openai/clip-vit-base-patch32 --gpt2 gpt2 --out coco
var annotations = new Option<string>("--annotations") { Description = "COCO's captions to train on.", Required = true };
var images = new Option<string>("--images") { Description = "The folder of their pictures.", Required = true };
var validationAnnotations = new Option<string>("--val-annotations") { Description = "COCO's captions to validate on.", Required = true };
var validationImages = new Option<string>("--val-images") { Description = "The folder of their pictures.", Required = true };
var clip = new Option<string>("--clip") { Description = "CLIP's folder, or its id in Hugging Face's cache.", Required = true };
var gpt2 = new Option<string>("--gpt2") { Description = "GPT-2's folder, or its id in Hugging Face's cache.", Required = true };
var output = new Option<string>("--out") { Description = "The folder to write captions, embeddings, checkpoints and the captioner into.", Required = true };
var form = new Option<CocoForm>("--form") { Description = "The reference program's form, or ClipCap's.", DefaultValueFactory = _ => CocoForm.Reference };
var epochs = new Option<int>("--epochs") { Description = "How many times the captions are read.", DefaultValueFactory = _ => 10 };
var batchSize = new Option<int>("--batch-size") { Description = "The number of captions in a batch; the form's own, 64 or 40, unless given." };
var device = new Option<string>("--device") { Description = "Where to compute: cpu, or cuda with a TorchSharp-cuda package.", DefaultValueFactory = _ => "cpu" };
var train = new RootCommand("Trains a captioner on COCO.")
{
    annotations, images, validationAnnotations, validationImages, clip, gpt2, output, form, epochs, batchSize, device,
};
train.SetAction(async (arguments, token) =>
{
    try
    {
        var recipe = new CocoRecipe(arguments.GetValue(form), arguments.GetValue(epochs), arguments.GetValue(batchSize) is var size and > 0 ? size : null);
        var folder = arguments.GetValue(output)!;
        var data = CocoData.Prepare(
            new CocoSplit("train", arguments.GetValue(annotations)!, arguments.GetValue(images)!),
            new CocoSplit("val", arguments.GetValue(validationAnnotations)!, arguments.GetValue(validationImages)!),
            folder,
            token);
        using var model = CocoModel.Load(arguments.GetValue(clip)!, arguments.GetValue(gpt2)!, recipe, arguments.GetValue(device)!);
        await CocoTraining.RunAsync(model, data, recipe, folder, token);
        return 0;
    }
    catch (CaptioningException e)
    {
        await Console.Error.WriteLineAsync(e.Message);
        return 1;
    }
});
return await train.Parse(args).InvokeAsync();
