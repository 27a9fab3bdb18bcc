using ClipGpt2.Captioning.Tool;

return await CommandLine.RunAsync(args);
