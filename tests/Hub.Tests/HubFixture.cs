using System.Text;
using System.Text.Json;
using LmDeploy.Tests.Folders;
using LmDeploy.Tests.Hubs;

namespace LmDeploy.Hub.Tests;

/// <summary>A hub and an empty cache.</summary>
internal sealed class HubFixture : IAsyncDisposable
{
    public const string Name = "org/small-model";

    private readonly TemporaryFolder _folder = new();

    private HubFixture(TestHub hub) => Hub = hub;

    public TestHub Hub { get; }

    public string Cache => _folder.File("hub");

    public HubOptions Options => new() { Endpoint = Hub.Address, CacheFolder = Cache, Token = Token, Offline = false, TimeProvider = Time };

    public string? Token { get; set; } = "";

    public HurriedTime Time { get; set; } = new();

    /// <summary>The cache's folder of <see cref="Name"/>.</summary>
    public string Repository => Path.Join(Cache, "models--org--small-model");

    public static async Task<HubFixture> StartAsync() => new(await TestHub.StartAsync());

    /// <summary>A model with one file of weights, and what else lies in repositories.</summary>
    /// <param name="bytes">Bytes of the weights.</param>
    public static Dictionary<string, byte[]> Files(int bytes = 3_300_000, int seed = 1) => new(StringComparer.Ordinal)
    {
        ["config.json"] = Text("""{ "model_type": "llama" }"""),
        ["generation_config.json"] = Text("{}"),
        ["tokenizer.json"] = Text("""{ "model": {} }"""),
        ["tokenizer_config.json"] = Text("{ }"),
        ["chat_template.jinja"] = Text("{{ messages }}"),
        ["model.safetensors"] = Random(bytes, seed),
        ["pytorch_model.bin"] = Random(200_000, seed + 1),
        ["model.fp16.safetensors"] = Random(200_000, seed + 2),
        ["original/consolidated.00.pth"] = Random(200_000, seed + 3),
        ["README.md"] = Text("# A model"),
        [".gitattributes"] = Text("*.safetensors filter=lfs"),
        ["pytorch_model.bin.index.json"] = Text("{ \"weight_map\": {} }"),
    };

    /// <summary>A model with its weights in two files.</summary>
    public static Dictionary<string, byte[]> Sharded()
    {
        var files = Files();
        files.Remove("model.safetensors");
        var map = new Dictionary<string, string> { ["a"] = "model-00001-of-00002.safetensors", ["b"] = "model-00002-of-00002.safetensors" };
        files["model.safetensors.index.json"] = Text(JsonSerializer.Serialize(new { weight_map = map }));
        files["model-00001-of-00002.safetensors"] = Random(2_200_000, 5);
        files["model-00002-of-00002.safetensors"] = Random(1_048_576, 6);
        files["model-00003-of-00003.safetensors"] = Random(150_000, 7);
        return files;
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Random(int bytes, int seed)
    {
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        return content;
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        _folder.Dispose();
    }
}
