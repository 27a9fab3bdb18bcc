namespace CustomParts;

/// <summary>The program's own parts: one line each.</summary>
internal static class OwnParts
{
    public static OwnKinds Kinds { get; } = new OwnKinds()
        .Add(Encoder.OnnxEncoder.Kind, Encoder.OnnxEncoder.Open)
        .Add(Projector.GatedProjector.Kind, Projector.GatedProjector.CreateFresh)
        .Add(Decoder.RecurrentDecoder.Kind, Decoder.RecurrentDecoder.CreateFresh)
        .Add(Metric.ColourMetric.Kind)
        ;
}
