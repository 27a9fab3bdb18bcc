using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>Projectors with fresh weights, by their kinds' names.</summary>
internal static class FreshProjector
{
    public static LayeredProjector Create(ProjectorConfig config, long seed, ComputeOptions compute) => config.Kind switch
    {
        LinearTanhProjector.Kind => LinearTanhProjector.CreateFresh(config, seed, compute),
        LinearProjector.Kind => LinearProjector.CreateFresh(config, seed, compute),
        IdentityProjector.Kind => IdentityProjector.CreateFresh(config, seed, compute),
        MlpProjector.Kind => MlpProjector.CreateFresh(config, seed, compute),
        TransformerProjector.Kind => TransformerProjector.CreateFresh(config, seed, compute),
        _ => throw new CaptioningException($"A projector of kind '{config.Kind}' can't be made afresh; the kinds are {LinearTanhProjector.Kind}, {LinearProjector.Kind}, {IdentityProjector.Kind}, {MlpProjector.Kind} and {TransformerProjector.Kind}."),
    };
}
