using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>SIGHUP: the settings are read again, and what is unchanged stays as it is.</summary>
public sealed class SettingsReloadTests : IDisposable
{
    private const int SigHup = 1;

    private readonly TemporaryFolder _folder = new();

    private string SettingsFile => _folder.File("settings.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Models_AreAddedAndRemoved_AndTheOthersKeepTheirStreams()
    {
        await using var supervisor = await StartAsync("stays", "goes");
        using var http = new HttpClient { BaseAddress = supervisor.Address };
        using var answer = await StreamAsync(http, "stays");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync().InTime()).ShouldStartWith("data: {");
        var before = await WorkerOfAsync(http, "stays");

        Write(Model("stays"), Model("comes"));
        Signal(supervisor);

        await Deadline.UntilAsync(() => Names(http).SequenceEqual(["stays", "comes"]), "the models of the new settings");
        await File.WriteAllTextAsync(supervisor.Mark("go"), "");
        var rest = await reader.ReadToEndAsync().InTime("the rest of the stream");
        rest.ShouldEndWith("data: [DONE]\n\n");
        rest.ShouldNotContain("\"error\"");
        (await WorkerOfAsync(http, "stays")).ShouldBe(before);
        (await AskAsync(http, "comes")).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(http, "goes")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task ChangedModel_IsLoadedAgain_OnceItsRequestsHaveEnded()
    {
        await using var supervisor = await StartAsync("changes");
        using var http = new HttpClient { BaseAddress = supervisor.Address };
        using var answer = await StreamAsync(http, "changes");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync().InTime()).ShouldStartWith("data: {");
        var before = await WorkerOfAsync(http, "changes");

        Write(Model("changes") with { Engine = JsonSerializer.Deserialize<JsonElement>("""{"device":"cpu","session_len":64}"""), Aliases = ["c"] });
        Signal(supervisor);

        await Deadline.UntilAsync(() => Names(http).Contains("c"), "the new settings");
        var asking = AskAsync(http, "changes");
        await File.WriteAllTextAsync(supervisor.Mark("go"), "");
        (await reader.ReadToEndAsync().InTime("the rest of the stream")).ShouldNotContain("\"error\"");
        (await asking.InTime("the answer of the new worker")).ShouldBe(HttpStatusCode.OK);
        (await WorkerOfAsync(http, "changes")).ShouldNotBe(before);
    }

    [Fact]
    public async Task SettingsThatMeanNothing_ChangeNothing()
    {
        await using var supervisor = await StartAsync("stays");
        supervisor.MayLogErrors = true;
        using var http = new HttpClient { BaseAddress = supervisor.Address };

        await File.WriteAllTextAsync(SettingsFile, "{\"prot\":1}");
        Signal(supervisor);

        await Deadline.UntilAsync(() => supervisor.ReadLog().Contains("Settings stay as they were: ", StringComparison.Ordinal), "the error in the log");
        Names(http).ShouldBe(["stays"]);
        File.Delete(SettingsFile);
        Signal(supervisor);
        await Deadline.UntilAsync(() => supervisor.ReadLog().Contains("settings.json: No such file", StringComparison.Ordinal), "the words of the command");
        (await AskAsync(http, "stays")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Keys_AreReplaced_ButForThoseOfFlags()
    {
        await using var supervisor = await StartAsync(new ServeOptions { Keys = [Key("flag", isFixed: true), Key("old")] }, "stays");
        using var http = new HttpClient { BaseAddress = supervisor.Address };
        (await StatusAsync(http, "old")).ShouldBe(HttpStatusCode.OK);

        Write(new ServeOptions { Keys = [Key("new")], Models = [Model("stays")] });
        Signal(supervisor);

        await Deadline.UntilAsync(() => StatusAsync(http, "new").GetAwaiter().GetResult() == HttpStatusCode.OK, "the new key is let in");
        (await StatusAsync(http, "old")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(http, "flag")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task SupervisorWithoutSettings_StaysToo()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        Signal(supervisor);
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        supervisor.Process.HasExited.ShouldBeFalse();
    }

    private static ServedModelOptions Model(string name) => new()
    {
        Path = FakeModels.Path("fake"), Name = name, Engine = JsonSerializer.Deserialize<JsonElement>("""{"device":"cpu"}"""),
    };

    private static ApiKey Key(string text, bool isFixed = false) =>
        new() { Name = text, Sha256 = SHA256.HashData(Encoding.UTF8.GetBytes(text)), Fixed = isFixed };

    private Task<RealSupervisor> StartAsync(params string[] models) => StartAsync(new ServeOptions(), models);

    private Task<RealSupervisor> StartAsync(ServeOptions options, params string[] models) => RealSupervisor.StartServingAsync(
        options with { DrainTimeoutMs = 86_400_000, Reload = new ServeReload { Program = "/bin/cat", Arguments = [SettingsFile] } }, models);

    private void Write(params ServedModelOptions[] models) => Write(new ServeOptions { Models = models });

    private void Write(ServeOptions options) => File.WriteAllText(
        SettingsFile, JsonSerializer.Serialize(options with { DrainTimeoutMs = 86_400_000 }, ServeJson.Default.ServeOptions));

    private static void Signal(RealSupervisor supervisor) => Native.LibC.Kill(supervisor.Process.Id, SigHup).ShouldBe(0);


    private static List<string> Names(HttpClient http) =>
        [.. http.GetFromJsonAsync<JsonElement>("/v1/models").GetAwaiter().GetResult()
            .GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()!)];

    private static async Task<int> WorkerOfAsync(HttpClient http, string name) =>
        (await http.GetFromJsonAsync<JsonElement>($"/v1/pipelines/{name}")).GetProperty("pipelines")[0].GetProperty("worker_pid").GetInt32();

    private static async Task<HttpStatusCode> AskAsync(HttpClient http, string model)
    {
        using var body = new StringContent($$"""{"model":"{{model}}","prompt":"word"}""", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/v1/completions", body);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> StreamAsync(HttpClient http, string model)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
        {
            Content = new StringContent($$"""{"model":"{{model}}","prompt":"a linger b","stream":true}""", Encoding.UTF8, "application/json"),
        };
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).InTime("the head of the stream");
    }
}
