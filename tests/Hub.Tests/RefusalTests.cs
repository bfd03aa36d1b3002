namespace LmDeploy.Hub.Tests;

/// <summary>What is refused, and how it is said.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("org/name:../x", "'../x' is no folder of a repository")]
    [InlineData("org/name:a/../../x", "is no folder of a repository")]
    [InlineData("org/name@../x", "'../x' is no branch, tag or commit")]
    [InlineData("org/na--me", "has '--' or '..'")]
    [InlineData("org/name..", "has '--' or '..'")]
    [InlineData("org/name.git", "ends with")]
    [InlineData("name", "it must be org/name[@revision][:subfolder]")]
    [InlineData("a/b/c", "it must be org/name[@revision][:subfolder]")]
    [InlineData("../org/name", "it must be org/name")]
    [InlineData("org/name\n", "it must be org/name")]
    public void Names_ThatAreNone(string name, string reason)
    {
        var error = Should.Throw<HubException>(() => Model.Find(name));

        (error.Code, error.Subject).ShouldBe(("invalid_request", name));
        error.Message.ShouldContain(reason);
    }

    [Theory]
    [InlineData("Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B", "main", null)]
    [InlineData("a/b@v1.0", "a/b", "v1.0", null)]
    [InlineData("a/b@refs/pr/3:sub/folder", "a/b", "refs/pr/3", "sub/folder")]
    [InlineData("a/b:sub", "a/b", "main", "sub")]
    public void Names_AreRead(string text, string repository, string revision, string? subfolder)
    {
        var name = ModelName.Parse(text);

        (name.Repository, name.Revision, name.Subfolder, name.ToString()).ShouldBe((repository, revision, subfolder, text));
    }

    [Theory]
    [InlineData("/models/a")]
    [InlineData("./org/name")]
    [InlineData("~/name")]
    [InlineData("models")]
    [InlineData("a\\b")]
    [InlineData("C:/models")]
    public void Paths_StayPaths(string path) => Model.IsName(path).ShouldBeFalse();

    [Fact]
    public async Task Missing_Private_Gated_AndRevision()
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.Add("org/private", HubFixture.Files(), token: "right");
        fixture.Hub.Add("org/gated", HubFixture.Files(), token: "right", isGated: true);
        fixture.Hub.Add(HubFixture.Name, HubFixture.Files());

        await ExpectAsync(null, "org/missing", "model_not_found", "127.0.0.1 has no model 'org/missing', or it is private: then set HF_TOKEN");
        await ExpectAsync("wrong", "org/missing", "model_not_found", "has no model 'org/missing' that the token may read");
        await ExpectAsync(null, "org/private", "model_not_found", "or it is private");
        await ExpectAsync("wrong", "org/private", "model_not_found", "that the token may read");
        await ExpectAsync(null, "org/gated", "access_denied", $"accept its licence at {fixture.Hub.Address}org/gated, and set HF_TOKEN");
        await ExpectAsync("wrong", "org/gated", "access_denied", "the one given has no access");
        await ExpectAsync(null, HubFixture.Name + "@v9", "model_not_found", "has no branch, tag or commit 'v9'");
        Directory.Exists(Path.Join(fixture.Cache, "models--org--missing")).ShouldBeFalse("nothing is left of a model that is not there");

        async Task ExpectAsync(string? token, string model, string code, string message)
        {
            fixture.Token = token ?? "";
            var error = await Should.ThrowAsync<HubException>(Model.DownloadAsync(model, fixture.Options));
            error.Message.ShouldContain(message);
            error.Code.ShouldBe(code);
        }
    }

    [Theory]
    [InlineData("adapter_config.json", "merge it into its base model")]
    [InlineData("model-Q4_K_M.gguf", "GGUF files are not read")]
    [InlineData("pytorch_model.bin", "Pickles")]
    [InlineData("model_index.json", "model of images")]
    public async Task OtherForms_AreRefusedBeforeAnythingComes(string file, string sentence)
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.Add(HubFixture.Name, new Dictionary<string, byte[]> { ["config.json"] = HubFixture.Text("{}"), [file] = HubFixture.Random(300_000, 3) });

        var error = await Should.ThrowAsync<HubException>(Model.DownloadAsync(HubFixture.Name, fixture.Options));

        error.Code.ShouldBe("unsupported_feature");
        error.Message.ShouldContain(sentence);
        fixture.Hub.Bytes.ShouldBe(0);
    }

    [Theory]
    [InlineData("../outside.json")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b.json")]
    public async Task FilesOutsideTheRepository_AreRefused(string file)
    {
        await using var fixture = await HubFixture.StartAsync();
        var files = HubFixture.Files();
        files[file] = HubFixture.Text("x");
        fixture.Hub.Add(HubFixture.Name, files);

        (await Should.ThrowAsync<HubException>(Model.DownloadAsync(HubFixture.Name, fixture.Options))).Message.ShouldContain("it lists a file");
    }

    [Fact]
    public async Task LinksOutOfTheCache_AreRefused()
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.Add(HubFixture.Name, HubFixture.Files());
        var folder = await Model.DownloadAsync(HubFixture.Name, fixture.Options);
        File.Delete(Path.Join(folder, "tokenizer.json"));
        File.CreateSymbolicLink(Path.Join(folder, "tokenizer.json"), "/etc/hostname");

        Should.Throw<HubException>(() => Model.Find(HubFixture.Name, fixture.Options)).Message.ShouldContain("links to '/etc/hostname', out of its repository");
    }

    [Fact]
    public async Task CacheThatCannotBeWritten()
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.Add(HubFixture.Name, HubFixture.Files());
        var blocked = Path.Join(fixture.Cache, "blocked");
        Directory.CreateDirectory(fixture.Cache);
        File.WriteAllText(blocked, "a file");
        var options = new HubOptions { Endpoint = fixture.Hub.Address, CacheFolder = blocked, TimeProvider = fixture.Time };

        var error = await Should.ThrowAsync<HubException>(Model.DownloadAsync(HubFixture.Name, options));

        error.Message.ShouldContain($"cannot be written to the cache {blocked}");
        error.Message.ShouldContain("HF_HUB_CACHE");
    }

    [Fact]
    public async Task MoreThanTheDiskHas()
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.OnRequest = async context =>
        {
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, $$"""
                { "sha": "{{new string('a', 40)}}", "siblings": [
                    { "rfilename": "config.json", "size": 2, "blobId": "{{new string('b', 40)}}" },
                    { "rfilename": "model.safetensors", "size": 9000000000000000, "lfs": { "sha256": "{{new string('c', 64)}}", "size": 9000000000000000 } } ] }
                """);
            return true;
        };

        var error = await Should.ThrowAsync<HubException>(Model.DownloadAsync(HubFixture.Name, fixture.Options));

        (error.Code, error.Subject).ShouldBe(("insufficient_disk", fixture.Cache));
        error.Message.ShouldContain("MiB free");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{ "sha": "x", "siblings": [] }""")]
    [InlineData("""[]""")]
    public async Task NonsenseOfAHub(string answer)
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.OnRequest = async context =>
        {
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, answer);
            return true;
        };

        (await Should.ThrowAsync<HubException>(Model.DownloadAsync(HubFixture.Name, fixture.Options))).Message.ShouldContain("cannot be read");
    }

    [Fact]
    public async Task Offline_NothingIsAsked()
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.Add(HubFixture.Name, HubFixture.Files());
        var offline = new HubOptions { Endpoint = fixture.Hub.Address, CacheFolder = fixture.Cache, Offline = true };

        (await Should.ThrowAsync<HubException>(Model.DownloadAsync(HubFixture.Name, offline))).Message.ShouldContain("HF_HUB_OFFLINE is set");
        var folder = await Model.DownloadAsync(HubFixture.Name, fixture.Options);
        var requests = fixture.Hub.Requests.Count;

        (await Model.DownloadAsync(HubFixture.Name, offline)).ShouldBe(folder);
        (await Model.ResolveAsync(HubFixture.Name, options: offline)).Folder.ShouldBe(folder);
        fixture.Hub.Requests.Count.ShouldBe(requests);
    }

    [Fact]
    public async Task MistypedPath_NamesTheFolderThatIsNear()
    {
        await using var fixture = await HubFixture.StartAsync();
        var before = Environment.CurrentDirectory;
        var near = Directory.CreateDirectory(Path.Combine(before, "near-models", "boulder"));

        var error = await Should.ThrowAsync<HubException>(Model.ResolveAsync("near-models/bolder", mayDownload: false, fixture.Options));

        near.Parent!.Delete(recursive: true);
        error.Message.ShouldStartWith("There is no folder 'near-models/bolder' (did you mean 'near-models/boulder'?), and ");
    }

    [Fact]
    public async Task NotAllowed_NothingComes()
    {
        await using var fixture = await HubFixture.StartAsync();

        var error = await Should.ThrowAsync<HubException>(Model.ResolveAsync(HubFixture.Name, mayDownload: false, fixture.Options));

        (error.Code, error.Message).ShouldBe((
            "model_not_found",
            $"There is no folder '{HubFixture.Name}', and {fixture.Cache} does not have the whole of it as a model of that name. Download it: lmdeploy pull "
            + $"{HubFixture.Name}"));
        fixture.Hub.Requests.ShouldBeEmpty();
    }
}
