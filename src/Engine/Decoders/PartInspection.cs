using LmDeploy.Engine.Decoders.Sources;
using LmDeploy.Engine.Settings;
using LmDeploy.Models;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Decoders;

/// <summary>
/// Reports the form (kernels or operators) of each part of a model on this host, without loading it. Builds the decoder from tensors without storage
/// and asks its parts.
/// </summary>
internal static class PartInspection
{
    /// <exception cref="EngineException">The folder cannot be served, or not with these settings.</exception>
    public static IReadOnlyList<PartForm> Run(string folder, EngineConfig config)
    {
        var settings = EngineSettings.From(config);
        using var model = ModelFolder.Open(folder, settings.MakesWeights);
        var plan = ComputePlan.Choose(config, model.Spec.CheckpointDtype);
        using var source = new NoWeights();
        using var decoder = DecoderBuilder.Build(model.Spec, model.Weights, new WeightLoader(source, plan.Dtype));
        return FormsOf(decoder.Parts, ForwardChoice.WhyNotHere(plan, settings));
    }

    /// <summary>Groups equal parts, in the order of a step.</summary>
    /// <param name="whyNotHere">Why no part of any model runs in kernels here; null where they may.</param>
    public static IReadOnlyList<PartForm> FormsOf(DecoderParts parts, string? whyNotHere)
    {
        var whyNot = whyNotHere ?? parts.Lower().WhyNot;
        return
        [
            .. parts.AskEach().GroupBy(answer => answer).Select(alike => new PartForm
            {
                Part = alike.Key.Part,
                Count = alike.Count(),
                Form = whyNot is null ? ComputeForm.Kernels : ComputeForm.Operators,
                Reason = whyNotHere
                    ?? alike.Key.WhyNot
                    ?? (whyNot is null ? "" : $"it has a kernel form, but kernels compute all of a model or nothing ({whyNot})"),
            }),
        ];
    }
}
