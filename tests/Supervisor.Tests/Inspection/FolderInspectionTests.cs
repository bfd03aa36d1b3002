using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Inspection;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Tests.Functional;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Inspection;

public sealed class FolderInspectionTests : IDisposable
{
    private static readonly string Pebble = Path.Combine(RealSupervisor.Root, "models/pebble");

    private readonly TemporaryFolder _folder = new();

    /// <summary>What is done to a folder that can be served, and the code of the error that it has then.</summary>
    public static TheoryData<string, string, string> Faults => new()
    {
        { "config.json", "", "invalid_config" },
        { "config.json", """{"architectures": ["FooForCausalLM"]}""", "unsupported_architecture" },
        { "config.json", """{"architectures": ["LlamaForCausalLM"], "num_hidden_layers": 1000000000, "hidden_size": 8}""", "invalid_config" },
        { "model.safetensors", "GGUF", "invalid_checkpoint" },
        { "model.safetensors", "-", "invalid_checkpoint" },
        { "tokenizer.json", "-", "invalid_tokenizer" },
        { "chat_template.jinja", "{% for %}", "invalid_template" },
        { "generation_config.json", "{", "invalid_config" },
        { "generation_config.json", """{"eos_token_id": "end"}""", "invalid_config" },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_SaysWhatTheModelIs()
    {
        var found = Read(Pebble);

        found.Problems.ShouldBeEmpty();
        (found.Architecture, found.Layers, found.HiddenSize, found.VocabSize).ShouldBe(("LlamaForCausalLM", 2, 64, 768));
        (found.LongestContext, found.SessionLen, found.Device, found.Dtype).ShouldBe((1024, 1024, EngineDevice.Cpu, EngineDtype.Float32));
        (found.Parameters, found.StoredBytes, found.WeightBytes).ShouldBe((147776, 2 * 147776, 4 * 147776));
        (found.Weights, found.CacheBytesPerToken, found.StateBytesPerSequence).ShouldBe(("bfloat16, converted to float32", 512, 0));
        found.Tokenizer.ShouldBe(new TokenizerInspection { File = Path.Combine(Pebble, "tokenizer.json"), VocabSize = 768 });
        found.ChatTemplate.Rendered.ShouldContain("user<|end_header_id|>\n\nHello<|eot_id|>");
    }

    [Fact]
    public void Read_OnAGpu_HasTheCheckpointsType()
    {
        var found = Read(Pebble, onGpu: true);

        (found.Device, found.Dtype, found.WeightBytes, found.CacheBytesPerToken, found.Weights).ShouldBe(
            (EngineDevice.Cuda, EngineDtype.Bfloat16, 2 * 147776, 256, "bfloat16"));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Read_OfABrokenFolder_HasTheErrorOfAdmissionFirst_AndSaysWhatItCan(string file, string content, string code)
    {
        var folder = CopyOfPebble();
        if (content == "-")
        {
            File.Delete(Path.Combine(folder, file));
        }
        else
        {
            File.WriteAllText(Path.Combine(folder, file), content);
        }

        var found = Read(folder);

        var refusal = Should.Throw<SupervisorException>(() => new ModelReader().Read(Spec(folder), onGpu: false, CancellationToken.None)).Error;
        refusal.Code.ShouldBe(code);
        found.Problems[0].ShouldBe(refusal);
        (found.Architecture.Length > 0).ShouldBe(file != "config.json");
        (found.Tokenizer is not null).ShouldBe(file != "tokenizer.json");
        (found.Weights.Length > 0).ShouldBe(file is not ("config.json" or "model.safetensors"));
    }

    [Fact]
    public void Read_OfATokenizerThatIsNone_IsAProblem()
    {
        var folder = CopyOfPebble();
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), "{}");

        var found = Read(folder);

        found.Problems.ShouldHaveSingleItem().Code.ShouldBe(ErrorCodes.InvalidTokenizer);
        found.Tokenizer.ShouldBeNull();
        found.ChatTemplate.Rendered.ShouldNotBeEmpty();
    }

    [Fact]
    public void Read_OfATemplateThatRejectsTheConversation_IsNoProblemOfTheModel()
    {
        var folder = CopyOfPebble();
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), "{{ raise_exception('not so') }}");

        var found = Read(folder);

        found.Problems.ShouldBeEmpty();
        found.ChatTemplate.Problem.Code.ShouldBe(ErrorCodes.PreprocessFailed);
        found.ChatTemplate.Problem.Message.ShouldContain("not so");
    }

    [Fact]
    public void Read_OfAMissingFolder_HasOneProblem() => Read(_folder.File("nothing")).Problems.ShouldHaveSingleItem().Code.ShouldBe(ErrorCodes.ModelNotFound);

    [Fact]
    public void Read_OfASessionThatIsTooLong_NamesTheSetting()
    {
        var spec = Spec(Pebble);
        spec.Engine.SessionLen = 2000;

        Inspect(spec).Problems.ShouldHaveSingleItem().Subject.ShouldBe("session_len");
    }

    [Fact]
    public void Read_OfMadeWeights_NeedsNoCheckpoint()
    {
        var folder = CopyOfPebble();
        File.Delete(Path.Combine(folder, "model.safetensors"));
        var spec = Spec(folder);
        spec.Engine.LoadFormat = LoadFormat.Dummy;

        var found = Inspect(spec);

        found.Problems.ShouldBeEmpty();
        (found.Weights, found.StoredBytes, found.WeightBytes).ShouldBe(("random, float32", 0, 4 * 147776));
    }

    private string CopyOfPebble()
    {
        var folder = _folder.File("m");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Pebble))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return folder;
    }

    private static PipelineSpec Spec(string folder) => PipelineSpec.Create(new OpenPipeline { Model = folder, Engine = new EngineConfig() }, holderPid: 0);

    private static ModelInspection Read(string folder, bool onGpu = false) => Inspect(Spec(folder), onGpu);

    private static ModelInspection Inspect(PipelineSpec spec, bool onGpu = false) =>
        new FolderInspection(spec, onGpu, TimeProvider.System, CancellationToken.None).Read();
}
