using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Decoders.Sources;
using LmDeploy.Engine.Tests.Golden;
using LmDeploy.Models;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Decoders;

/// <summary>What a model would run in, asked of a decoder without numbers.</summary>
[Collection(TorchTests.Name)]
public sealed class PartInspectionTests
{
    [Theory]
    [MemberData(nameof(GoldenModel.Names), MemberType = typeof(GoldenModel))]
    public void DecoderWithoutNumbers_AnswersLikeALoadedOne(string name)
    {
        using var model = ModelFolder.Open(Path.Combine(GoldenModel.Root, name));
        using var loaded = Build(model, CheckpointWeights.Of(model, torch.CPU, (_, _) => { }, CancellationToken.None));
        using var empty = Build(model, new NoWeights());

        empty.Parts.AskEach().ShouldBe(loaded.Parts.AskEach());
        empty.Parts.Lower().WhyNot.ShouldBe(loaded.Parts.Lower().WhyNot);
    }

    [Fact]
    public void PlainDecoder_RunsInKernels()
    {
        using var decoder = MadeDecoder.Of(MadeDecoder.Plain with { SlidingWindows = [null, null] });

        PartInspection.FormsOf(decoder.Parts, whyNotHere: null).Select(form => (form.Part, form.Count, form.Form, form.Reason)).ShouldBe(
        [
            ("embedding", 1, ComputeForm.Kernels, ""),
            ("rotary positions", 1, ComputeForm.Kernels, ""),
            ("norm", 5, ComputeForm.Kernels, ""),
            ("attention", 2, ComputeForm.Kernels, ""),
            ("feed-forward network", 2, ComputeForm.Kernels, ""),
            ("head", 1, ComputeForm.Kernels, ""),
        ]);
    }

    [Fact]
    public void PartWithoutAKernelForm_NamesItself_AndTheOthersNameIt()
    {
        using var decoder = MadeDecoder.Of(MadeDecoder.Plain with { GatedMlp = false });

        var forms = PartInspection.FormsOf(decoder.Parts, whyNotHere: null);

        forms.ShouldAllBe(form => form.Form == ComputeForm.Operators);
        const string reason = "feed-forward network: PlainMlp has no kernel form";
        forms.Single(form => form.Part == "feed-forward network").Reason.ShouldBe(reason);
        forms.Single(form => form.Part == "attention").Reason.ShouldContain(reason);
    }

    [Fact]
    public void HostWithoutKernels_IsTheReasonForAllParts()
    {
        using var decoder = MadeDecoder.Of(MadeDecoder.Plain);

        PartInspection.FormsOf(decoder.Parts, "NVRTC was not found").ShouldAllBe(
            form => form.Form == ComputeForm.Operators && form.Reason == "NVRTC was not found");
    }

    [Fact]
    public void Run_OnACpu_SaysSo() =>
        PartInspection.Run(Path.Combine(GoldenModel.Root, "gpt2"), GoldenRun.Config).ShouldAllBe(
            form => form.Form == ComputeForm.Operators && form.Reason.Contains("CUDA"));

    [Fact]
    public void Run_OfAFolderThatCannotBeServed_HasTheErrorOfALoad() =>
        Should.Throw<EngineException>(() => PartInspection.Run("/there/is/no/such/model", new EngineConfig())).Code.ShouldBe(ErrorCodes.ModelNotFound);

    private static Decoder Build(ModelFolder model, IWeightSource source)
    {
        using (source)
        {
            var decoder = DecoderBuilder.Build(model.Spec, model.Weights, new WeightLoader(source, torch.bfloat16));
            source.Complete();
            return decoder;
        }
    }
}
