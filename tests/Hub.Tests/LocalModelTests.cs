namespace LmDeploy.Hub.Tests;

/// <summary>What is found on this machine, listed and removed.</summary>
public sealed class LocalModelTests
{
    [Fact]
    public async Task List_AndRemove()
    {
        await using var fixture = await HubFixture.StartAsync();
        var files = HubFixture.Files();
        var first = fixture.Hub.Add(HubFixture.Name, files);
        await Model.DownloadAsync(HubFixture.Name, fixture.Options);
        var changed = new Dictionary<string, byte[]>(files) { ["config.json"] = HubFixture.Text("""{ "model_type": "x" }""") };
        var second = fixture.Hub.Add(HubFixture.Name, changed, revision: "v2");
        await Model.DownloadAsync(HubFixture.Name + "@v2", fixture.Options);

        var listed = Model.List(fixture.Options).OrderBy(model => model.Revisions[0]).ToArray();

        listed.Select(model => (model.Name, model.Revisions[0], model.Commit, model.IsComplete, model.IsCached))
            .ShouldBe([(HubFixture.Name, "main", first, true, true), (HubFixture.Name, "v2", second, true, true)]);
        string[] brought = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "model.safetensors"];
        listed[0].Bytes.ShouldBe(brought.Sum(name => files[name].Length));

        Model.Remove(HubFixture.Name + "@v2", fixture.Options).ShouldBeInRange(changed["config.json"].Length, 4096, "the weights belong to main too");
        Model.Find(HubFixture.Name, fixture.Options).ShouldNotBeNull();
        Model.Find(HubFixture.Name + "@v2", fixture.Options).ShouldBeNull();
        Model.Remove(HubFixture.Name, fixture.Options).ShouldBeGreaterThan(3_300_000);
        Model.List(fixture.Options).ShouldBeEmpty();
        Should.Throw<HubException>(() => Model.Remove(HubFixture.Name, fixture.Options)).Code.ShouldBe("model_not_found");
    }

    /// <summary>A snapshot of another program may lack files: with the network it is made whole, without it is taken where it looks whole.</summary>
    [Fact]
    public async Task SnapshotOfAnotherProgram_IsMadeWhole()
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.Add(HubFixture.Name, HubFixture.Files());
        var folder = await Model.DownloadAsync(HubFixture.Name, fixture.Options);
        Directory.Delete(Path.Join(fixture.Repository, ".complete"), recursive: true);
        File.Delete(Path.Join(folder, "chat_template.jinja"));
        Model.Find(HubFixture.Name, fixture.Options).ShouldBe(folder, "it looks whole");

        (await Model.ResolveAsync(HubFixture.Name, options: fixture.Options)).Folder.ShouldBe(folder);

        File.Exists(Path.Join(folder, "chat_template.jinja")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    public async Task SnapshotThatLacksAFile_IsNoModel(string file)
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.Add(HubFixture.Name, HubFixture.Files());
        var folder = await Model.DownloadAsync(HubFixture.Name, fixture.Options);
        File.Delete(Path.Join(fixture.Repository, "blobs", Path.GetFileName(new FileInfo(Path.Join(folder, file)).LinkTarget!)));

        Model.Find(HubFixture.Name, fixture.Options).ShouldBeNull();
        await Model.ResolveAsync(HubFixture.Name, options: fixture.Options);
        Model.Find(HubFixture.Name, fixture.Options).ShouldBe(folder);
    }

    [Fact]
    public async Task Environment_IsThatOfHuggingfaceHub()
    {
        await using var fixture = await HubFixture.StartAsync();
        var home = fixture.Cache;
        Directory.CreateDirectory(home);
        File.WriteAllText(Path.Join(home, "token"), "from-login\n");
        var variables = new Dictionary<string, string> { ["HOME"] = "/home/somebody" };

        Read().ShouldSatisfyAllConditions(
            settings => settings.CacheFolder.ShouldBe("/home/somebody/.cache/huggingface/hub"),
            settings => settings.Endpoint.ShouldBe(new Uri("https://huggingface.co")),
            settings => settings.Token.ShouldBeNull(),
            settings => settings.Offline.ShouldBeFalse());

        variables["HF_HOME"] = home;
        variables["HF_ENDPOINT"] = "https://mirror.example/hub";
        variables["HF_HUB_OFFLINE"] = "1";
        variables["LMDEPLOY_MODELS"] = "/a:/b";
        Read().ShouldSatisfyAllConditions(
            settings => settings.CacheFolder.ShouldBe(Path.Join(home, "hub")),
            settings => settings.Endpoint.ShouldBe(new Uri("https://mirror.example/hub")),
            settings => settings.Token.ShouldBe("from-login"),
            settings => settings.ModelFolders.ShouldBe(["/a", "/b"]),
            settings => settings.Offline.ShouldBeTrue());

        (variables["HF_HUB_CACHE"], variables["HF_TOKEN"]) = ("/cache", "own");
        (Read().CacheFolder, Read().Token).ShouldBe(("/cache", "own"));
        variables["HF_ENDPOINT"] = "mirror";
        Should.Throw<HubException>(Read).Message.ShouldContain("HF_ENDPOINT must be an http or https address, got 'mirror'");

        HubSettings Read() => HubSettings.Read(null, variables.GetValueOrDefault);
    }

    [Fact]
    public async Task ModelFolders_ComeFirst()
    {
        await using var fixture = await HubFixture.StartAsync();
        foreach (var (path, text) in HubFixture.Files().Where(file => !file.Key.Contains('/')))
        {
            var file = Path.Join(fixture.Cache, "mine", "org", "model", path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, text);
        }

        var settings = HubSettings.Read(fixture.Options) with { ModelFolders = [Path.Join(fixture.Cache, "mine")] };

        Cache.LocalModels.Find(ModelName.Parse("org/model"), settings).ShouldBe((Path.Join(fixture.Cache, "mine", "org", "model"), true));
        Cache.LocalModels.Find(ModelName.Parse("org/model@v1"), settings).ShouldBeNull("a folder has no versions");
        Cache.LocalModels.List(settings).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            model => model.Name.ShouldBe("org/model"), model => model.IsCached.ShouldBeFalse(), model => model.IsComplete.ShouldBeTrue());
    }
}
