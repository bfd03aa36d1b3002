using LmDeploy.Models.Checkpoints;
using LmDeploy.Tests.Folders;
using LmDeploy.Text.Errors;

namespace LmDeploy.Models.Tests.Checkpoints;

/// <summary>What people hand in first: each error says in a sentence what it is and what to do.</summary>
public sealed class FolderHintTests
{
    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 14244\n";

    [Theory]
    [InlineData("model.gguf", "GGUF files are not read")]
    [InlineData("model.Q4_K_M.GGUF", "GGUF files are not read")]
    [InlineData("model.safetensors", "give the folder that it lies in")]
    [InlineData("pytorch_model.bin", "Pickles (.bin, .pt, .pth) are not read")]
    [InlineData("notes", "give a folder with config.json")]
    public void File_InPlaceOfAFolder(string name, string hint)
    {
        using var folder = new TemporaryFolder().With(name, "x");
        Message(folder.File(name)).ShouldStartWith($"There is no model folder '{folder.File(name)}'. ");
        Message(folder.File(name)).ShouldContain(hint);
    }

    [Fact]
    public void Nothing_HasNoHint() => Message("/nowhere/at/all").ShouldBe("There is no model folder '/nowhere/at/all'.");

    [Theory]
    [InlineData("a.gguf", "GGUF files are not read")]
    [InlineData("adapter_config.json", "merge it into its base model")]
    [InlineData("model_index.json", "a model of images")]
    [InlineData("model.safetensors.incomplete", "not complete")]
    [InlineData(".cache/huggingface/download/abc.incomplete", "not complete")]
    [InlineData("qwen/config.json", "Its folder 'qwen' has one")]
    [InlineData("snapshots/c1899de/config.json", "Its folder 'snapshots/c1899de' has one")]
    public void Folder_WithoutConfig(string file, string hint)
    {
        using var folder = new TemporaryFolder().With(file, "{}");
        Message(folder.Path).ShouldStartWith($"'{folder.Path}' is not a model folder: it has no config.json. ");
        Message(folder.Path).ShouldContain(hint);
    }

    [Fact]
    public void EmptyFolder_HasNoHint()
    {
        using var folder = new TemporaryFolder();
        Message(folder.Path).ShouldBe($"'{folder.Path}' is not a model folder: it has no config.json.");
    }

    [Theory]
    [InlineData("pytorch_model.bin", "Pickles")]
    [InlineData("model-00001-of-00002.safetensors.incomplete", "not complete")]
    [InlineData("model.gguf", "GGUF")]
    [InlineData("readme.md", "Other weight formats are not read.")]
    [InlineData("sub/config.json", "Other weight formats are not read.")]
    public void Folder_WithoutWeights(string file, string hint)
    {
        using var folder = new TemporaryFolder().With("config.json", "{}").With(file, "{}");
        Should.Throw<EngineException>(() => Checkpoint.Open(folder.Path)).Message.ShouldContain(hint);
    }

    [Fact]
    public void LfsPointers_AreNamed()
    {
        using var folder = new TemporaryFolder().With("config.json", Pointer).With("model.safetensors", Pointer);
        Message(folder.Path).ShouldContain("it is a Git LFS pointer, not the file itself; run \"git lfs pull\"");
        Should.Throw<EngineException>(() => Checkpoint.Open(folder.Path)).Message.ShouldContain("it is a Git LFS pointer");
    }

    private static string Message(string path) => Should.Throw<EngineException>(() => ConfigFile.Open(path, "config.json")).Message;
}
