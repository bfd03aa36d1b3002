using System.Text.Json;
using LmDeploy.V1;

namespace LmDeploy.Cli.Tests.Commands;

public sealed class InspectCommandTests : CommandTestBase
{
    [Fact]
    public async Task Inspect_ListsWhatTheModelIs()
    {
        Fake.OnInspectModel = _ => Cobble();

        (await RunAsync("inspect", "cobble")).ShouldBe(0);

        var text = Out.ToString();
        text.ShouldNotContain("\u001b");
        text.ShouldContain("LlamaForCausalLM, 2 layers of 64, 768 tokens");
        text.ShouldContain("1000 tokens of 1024");
        text.ShouldContain("bfloat16, converted to float32 on cpu: 1.0 MiB stored, 2.0 MiB loaded");
        text.ShouldContain("512 B per token");
        text.ShouldContain("tokenizer.json, 700 ids");
        text.ShouldContain("renders");
        text.ShouldContain("now: 5.0 MiB of 9.0 MiB are free on the host");
        text.ShouldContain("operators");
        text.ShouldContain("no CUDA device");
        Error.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task Inspect_HasEverythingAsJson()
    {
        Fake.OnInspectModel = _ => Cobble();

        (await RunAsync("inspect", "cobble", "--json")).ShouldBe(0);

        using var json = JsonDocument.Parse(Out.ToString());
        var root = json.RootElement;
        root.GetProperty("can_be_served").GetBoolean().ShouldBeTrue();
        root.GetProperty("parameters").GetInt64().ShouldBe(500);
        root.GetProperty("tokenizer").GetProperty("vocab_size").GetInt32().ShouldBe(700);
        root.GetProperty("chat_template").GetProperty("rendered").GetString().ShouldBe("<Hello>");
        root.GetProperty("parts")[0].GetProperty("form").GetString().ShouldBe("operators");
        root.GetProperty("memory").GetProperty("least_bytes").GetInt64().ShouldBe(3 << 20);
    }

    [Fact]
    public async Task Inspect_OfWhatCannotBeServed_NamesTheProblems_AndExitsWith3()
    {
        Fake.OnInspectModel = open => new V1.ModelInspection
        {
            Model = open.Model,
            Problems =
            {
                new Error { Code = ErrorCodes.InvalidCheckpoint, Message = "no weights" },
                new Error { Code = ErrorCodes.InvalidTokenizer, Message = "no tokenizer" },
            },
        };

        (await RunAsync("inspect", "cobble", "--json")).ShouldBe(3);

        Error.ToString().ShouldBe("error: invalid_checkpoint: no weights\nerror: invalid_tokenizer: no tokenizer\n");
        using var json = JsonDocument.Parse(Out.ToString());
        json.RootElement.GetProperty("problems").GetArrayLength().ShouldBe(2);
        json.RootElement.GetProperty("memory").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Inspect_OfTextThatATerminalWouldObey_PrintsNoneOfIt()
    {
        Fake.OnInspectModel = open => new V1.ModelInspection
        {
            Model = open.Model,
            Architecture = "a\u001b[2Jb\u202ec",
            Problems = { new Error { Code = ErrorCodes.InvalidCheckpoint, Message = "no\u0007 \u001b[31mweights" } },
        };

        (await RunAsync("inspect", "cobble")).ShouldBe(3);

        Out.ToString().ShouldContain("a\ufffd[2Jb\ufffdc");
        Error.ToString().ShouldBe("error: invalid_checkpoint: no\ufffd \ufffd[31mweights\n");
    }

    [Fact]
    public async Task Inspect_AsksWithTheSettingsOfALoad()
    {
        OpenPipeline? asked = null;
        Fake.OnInspectModel = open =>
        {
            asked = open;
            return Cobble();
        };

        (await RunAsync("inspect", "cobble", "--device", "cpu", "--session-len", "9")).ShouldBe(0);

        asked.ShouldNotBeNull();
        asked.Model.ShouldBe(Path.GetFullPath("cobble"));
        asked.Engine.SessionLen.ShouldBe(9);
        (await RunAsync("inspect", "")).ShouldBe(2);
    }

    private static V1.ModelInspection Cobble() => new()
    {
        Model = "/m/cobble",
        Architecture = "LlamaForCausalLM",
        Layers = 2,
        HiddenSize = 64,
        VocabSize = 768,
        LongestContext = 1024,
        SessionLen = 1000,
        Device = V1.EngineDevice.Cpu,
        Dtype = V1.EngineDtype.Float32,
        CacheBytesPerToken = 512,
        Parameters = 500,
        Weights = "bfloat16, converted to float32",
        StoredBytes = 1 << 20,
        WeightBytes = 2 << 20,
        Tokenizer = new V1.TokenizerInspection { File = "/m/cobble/tokenizer.json", VocabSize = 700 },
        ChatTemplate = new V1.ChatTemplateInspection { Rendered = "<Hello>" },
        Parts = { new V1.PartForm { Part = "model", Count = 1, Form = V1.ComputeForm.Operators, Reason = "no CUDA device" } },
        Memory = new V1.MemoryFit
        {
            Device = "the host", TotalBytes = 9 << 20, FreeBytes = 5 << 20, FixedBytes = 1 << 20, LeastBytes = 3 << 20, MostBytes = 4 << 20,
            FitsNow = true,
        },
    };
}
