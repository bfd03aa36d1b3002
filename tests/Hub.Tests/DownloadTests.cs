using LmDeploy.Tests.Hubs;

namespace LmDeploy.Hub.Tests;

/// <summary>What a download brings, and how it lies in the cache.</summary>
public sealed class DownloadTests
{
    private static readonly string[] _needed =
    [
        "chat_template.jinja", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
    ];

    [Fact]
    public async Task Download_BringsWhatIsNeeded_AndNothingElse()
    {
        await using var fixture = await HubFixture.StartAsync();
        var files = HubFixture.Files();
        var commit = fixture.Hub.Add(HubFixture.Name, files);

        var folder = await Model.DownloadAsync(HubFixture.Name, fixture.Options);

        folder.ShouldBe(Path.Join(fixture.Repository, "snapshots", commit));
        Names(folder).ShouldBe(_needed);
        foreach (var name in _needed)
        {
            File.ReadAllBytes(Path.Join(folder, name)).ShouldBe(files[name]);
        }
    }

    /// <summary>As huggingface_hub lays it out: blobs by ETag, relative links, the commit of the branch.</summary>
    [Fact]
    public async Task Cache_IsLaidOutAsHuggingfaceHubDoes()
    {
        await using var fixture = await HubFixture.StartAsync();
        var commit = fixture.Hub.Add(HubFixture.Name, HubFixture.Files());

        var folder = await Model.DownloadAsync(HubFixture.Name, fixture.Options);

        File.ReadAllText(Path.Join(fixture.Repository, "refs", "main")).ShouldBe(commit);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            file.LinkTarget.ShouldNotBeNull().ShouldStartWith("../../blobs/");
        }

        Directory.EnumerateFiles(Path.Join(fixture.Repository, "blobs")).ShouldAllBe(
            blob => Path.GetFileName(blob).Length == 40 || Path.GetFileName(blob).Length == 64);
        Directory.EnumerateFiles(Path.Join(fixture.Cache, ".locks", "models--org--small-model"), "*.lock").Count().ShouldBe(_needed.Length);
    }

    [Fact]
    public async Task SecondTime_NothingComes()
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.Add(HubFixture.Name, HubFixture.Files());
        var folder = await Model.DownloadAsync(HubFixture.Name, fixture.Options);
        var (bytes, requests) = (fixture.Hub.Bytes, fixture.Hub.Requests.Count);

        (await Model.ResolveAsync(HubFixture.Name, options: fixture.Options)).ShouldBe(new ModelSource { Folder = folder, Name = "small-model" });
        fixture.Hub.Requests.Count.ShouldBe(requests, "a model that is whole needs no hub");

        (await Model.DownloadAsync(HubFixture.Name, fixture.Options)).ShouldBe(folder);
        (fixture.Hub.Requests.Count, fixture.Hub.Bytes).ShouldBe((requests + 1, bytes), "the hub is asked for the newest commit alone");
    }

    [Fact]
    public async Task NewCommit_BringsWhatChanged()
    {
        await using var fixture = await HubFixture.StartAsync();
        var files = HubFixture.Files();
        var old = fixture.Hub.Add(HubFixture.Name, files);
        await Model.DownloadAsync(HubFixture.Name, fixture.Options);
        var bytes = fixture.Hub.Bytes;
        var changed = new Dictionary<string, byte[]>(files) { ["config.json"] = HubFixture.Text("""{ "model_type": "qwen3" }""") };
        var commit = fixture.Hub.Add(HubFixture.Name, changed);

        var folder = await Model.DownloadAsync(HubFixture.Name, fixture.Options);

        Path.GetFileName(folder).ShouldBe(commit);
        (fixture.Hub.Bytes - bytes).ShouldBeLessThan(1_000_000, "the weights are there");
        File.ReadAllBytes(Path.Join(folder, "config.json")).ShouldBe(changed["config.json"]);
        Model.Find($"{HubFixture.Name}@{old}", fixture.Options).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Shards_OfTheIndexCome_WhateverTheHubKnows(bool saysBlobs, bool saysRanges)
    {
        await using var fixture = await HubFixture.StartAsync();
        (fixture.Hub.SaysBlobs, fixture.Hub.SaysRanges) = (saysBlobs, saysRanges);
        var files = HubFixture.Sharded();
        fixture.Hub.Add(HubFixture.Name, files);

        var folder = await Model.DownloadAsync(HubFixture.Name, fixture.Options);

        Names(folder).Where(name => name.StartsWith("model", StringComparison.Ordinal)).ShouldBe(
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"]);
        File.ReadAllBytes(Path.Join(folder, "model-00001-of-00002.safetensors")).ShouldBe(files["model-00001-of-00002.safetensors"]);
    }

    [Fact]
    public async Task Subfolder_IsAModelOfItsOwn()
    {
        await using var fixture = await HubFixture.StartAsync();
        var files = HubFixture.Files().ToDictionary(file => "fp8/" + file.Key, file => file.Value);
        files["README.md"] = HubFixture.Text("# Two");
        fixture.Hub.Add(HubFixture.Name, files);

        var folder = await Model.DownloadAsync(HubFixture.Name + ":fp8", fixture.Options);

        Path.GetFileName(folder).ShouldBe("fp8");
        Names(folder).ShouldBe(_needed);
        Model.Find(HubFixture.Name + ":fp8", fixture.Options).ShouldBe(folder);
        Should.Throw<HubException>(() => Model.Download(HubFixture.Name, fixture.Options)).Message.ShouldContain("give org/small-model:fp8");
        Should.Throw<HubException>(() => Model.Download(HubFixture.Name + ":int4", fixture.Options)).Message.ShouldContain("has no folder 'int4'");
    }

    [Fact]
    public async Task Progress_EndsAtTheSum()
    {
        await using var fixture = await HubFixture.StartAsync();
        var files = HubFixture.Files();
        fixture.Hub.Add(HubFixture.Name, files);
        var told = new List<DownloadProgress>();

        await Model.DownloadAsync(HubFixture.Name, fixture.Options, new Listener(told.Add));

        var total = _needed.Sum(name => files[name].Length);
        told[0].TotalBytes.ShouldBe(0, "first the hub is asked");
        told[^1].ShouldSatisfyAllConditions(
            last => last.TotalBytes.ShouldBe(total), last => last.DownloadedBytes.ShouldBe(total), last => last.Model.ShouldBe(HubFixture.Name));
        told.Select(progress => progress.DownloadedBytes).ShouldBeInOrder();
    }

    [Fact]
    public async Task Renamed_IsFollowed()
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.Add("org/new-name", HubFixture.Files());
        fixture.Hub.Rename(HubFixture.Name, "org/new-name");

        var folder = await Model.DownloadAsync(HubFixture.Name, fixture.Options);

        folder.ShouldStartWith(fixture.Repository);
    }

    [Fact]
    public async Task Token_GoesToTheHubAlone()
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.Add(HubFixture.Name, HubFixture.Files(), token: "secret");
        fixture.Token = "secret";

        await Model.DownloadAsync(HubFixture.Name, fixture.Options);

        fixture.Hub.Requests.ShouldContain(request => request.StartsWith("GET /storage/", StringComparison.Ordinal), "which refuses tokens");
    }

    [Fact]
    public async Task LockOfAnotherProcess_IsWaitedFor()
    {
        await using var fixture = await HubFixture.StartAsync();
        var files = HubFixture.Files();
        fixture.Hub.Add(HubFixture.Name, files);
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(files["model.safetensors"]));
        var path = Path.Join(fixture.Cache, ".locks", "models--org--small-model", digest + ".lock");
        Task<string> download;
        using (Cache.CacheLock.TryAcquire(path).ShouldNotBeNull())
        {
            Cache.CacheLock.TryAcquire(path).ShouldBeNull();
            download = Model.DownloadAsync(HubFixture.Name, fixture.Options);
            while (!fixture.Time.Waits.Contains(TimeSpan.FromMilliseconds(250)))
            {
                await Task.Yield();
            }

            Should.Throw<HubException>(() => Model.Remove(HubFixture.Name, fixture.Options)).Message.ShouldContain("is being downloaded");
        }

        File.Exists(Path.Join(await download, "model.safetensors")).ShouldBeTrue();
    }

    private static IEnumerable<string> Names(string folder)
        => new DirectoryInfo(folder).EnumerateFiles().Select(file => file.Name).Order(StringComparer.Ordinal);

    private sealed class Listener(Action<DownloadProgress> tell) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => tell(value);
    }
}
