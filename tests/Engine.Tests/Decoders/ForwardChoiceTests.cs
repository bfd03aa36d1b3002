using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Settings;
using LmDeploy.Engine.StepInput;
using LmDeploy.Engine.Tensors;
using LmDeploy.Engine.Tests.Golden;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Decoders;

/// <summary>The form in which steps run, and its replacement.</summary>
[Collection(TorchTests.Name)]
public sealed class ForwardChoiceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lmd-forward-").FullName;
    private readonly LoadedModel _model = LoadedModel.Load(
        Path.Combine(GoldenModel.Root, "llama3"), GoldenRun.Config, EngineSettings.From(GoldenRun.Config), (_, _) => { }, CancellationToken.None);

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void OnACpu_StepsRunInOperators()
    {
        _model.Decoder.Current.ShouldBeOfType<OperatorForward>();
        _model.Decoder.UsesKernels.ShouldBeFalse();
        _model.KernelProof.ShouldBeNull();
    }

    [Fact]
    public void Use_DisposesTheOneBefore_AndTheDecoderTheLast()
    {
        var (first, second) = (new OtherForward(_model.Decoder.Parts, 0), new OtherForward(_model.Decoder.Parts, 0));
        _model.Decoder.Use(first);
        first.Disposals.ShouldBe(0);
        _model.Decoder.Use(second);
        (first.Disposals, second.Disposals).ShouldBe((1, 0));
        _model.Dispose();
        (first.Disposals, second.Disposals).ShouldBe((1, 1));
    }

    [Fact]
    public void Confirm_KeepsAndNotesWhatAgrees()
    {
        using var noGrad = torch.no_grad();
        var (forward, proof) = (new OtherForward(_model.Decoder.Parts, 1e-5), new KernelProof(_folder, ["agrees"]));
        _model.Decoder.Use(forward);

        ForwardChoice.Confirm(_model, proof);

        _model.Decoder.Current.ShouldBeSameAs(forward);
        proof.Exists.ShouldBeTrue();
        forward.Disposals.ShouldBe(0);
    }

    [Fact]
    public void Confirm_PutsOperatorsInThePlaceOfWhatDiffers()
    {
        using var noGrad = torch.no_grad();
        var (forward, proof) = (new OtherForward(_model.Decoder.Parts, 0.5), new KernelProof(_folder, ["differs"]));
        _model.Decoder.Use(forward);

        ForwardChoice.Confirm(_model, proof);

        _model.Decoder.Current.ShouldBeOfType<OperatorForward>();
        proof.Exists.ShouldBeFalse();
        forward.Disposals.ShouldBe(1);
        using var scope = torch.NewDisposeScope();
        ReferencePass.Run(_model, _model.Decoder.Current, promptLength: 5).Count.ShouldBe(4);
    }

    /// <summary>Operators, whose results are off by a share of them.</summary>
    private sealed class OtherForward(DecoderParts parts, double off) : IForward
    {
        private readonly OperatorForward _operators = new(parts);

        public int Disposals { get; private set; }

        public torch.Tensor Forward(StepBatch batch, KeyValueCache cache, FlightRecord? flight) => _operators.Forward(batch, cache, flight).Times(1 + off);

        public torch.Tensor Logits(torch.Tensor hidden) => _operators.Logits(hidden);

        public void Dispose()
        {
            Disposals++;
            _operators.Dispose();
        }
    }
}
