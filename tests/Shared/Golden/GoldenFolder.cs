using System.Text.Json.Nodes;

namespace LmDeploy.Tests.Golden;

/// <summary>A copy of a golden checkpoint that a test may damage; deleted with it.</summary>
internal sealed class GoldenFolder : IDisposable
{
    private GoldenFolder(string path) => Path = path;

    public string Path { get; }

    public static GoldenFolder CopyOf(string golden)
    {
        var folder = Directory.CreateTempSubdirectory("lmdeploy-model-").FullName;
        foreach (var file in Directory.GetFiles(System.IO.Path.Combine(GoldenModel.Root, golden)))
        {
            File.Copy(file, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(file)));
        }

        return new GoldenFolder(folder);
    }

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Rewrites config.json.</summary>
    /// <returns>What it holds now.</returns>
    public JsonObject Configure(Action<JsonObject> change)
    {
        var config = JsonNode.Parse(File.ReadAllText(PathOf("config.json")))!.AsObject();
        change(config);
        File.WriteAllText(PathOf("config.json"), config.ToJsonString());
        return config;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
