using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using LmDeploy.EndToEnd.Tests.Processes;
using YamlDotNet.RepresentationModel;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>The files in deploy/ mean something to the programs they are for.</summary>
public sealed partial class DeploymentTests
{
    [Fact]
    public async Task ExampleConfiguration_IsServed()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData("secret"u8));
        await using var server = await ServeAsync(Read("serve.yaml").Replace(new string('0', 63) + "1", hash, StringComparison.Ordinal));
        (await server.Http.GetAsync("/v1/models")).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
        server.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        (await NamesAsync(server)).ShouldBe(["assistant", "default", "small", "embedder"]);
        (await server.GetAsync("/v1/pipelines/small")).Body.GetProperty("replicas").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task KubernetesConfiguration_IsServed()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Read("kubernetes.yaml")));
        yaml.Documents.Select(document => document.RootNode["kind"].ToString()).ShouldBe(["ConfigMap", "Deployment", "Service"]);
        var container = yaml.Documents[1].RootNode["spec"]["template"]["spec"]["containers"][0];
        await using var server = await ServeAsync(yaml.Documents[0].RootNode["data"]["serve.yaml"].ToString());
        (await NamesAsync(server)).ShouldBe(["assistant", "small"]);
        foreach (var probe in new[] { "livenessProbe", "readinessProbe" })
        {
            (await server.GetAsync(container[probe]["httpGet"]["path"].ToString())).Body.TryGetProperty("status", out _).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("prt: 1", "line 1: unknown key 'prt', did you mean 'port'?")]
    [InlineData("models: [{path: PEBBLE, engine: {sesion_len: 64}}]", "unknown setting 'sesion_len', did you mean 'session_len'?")]
    [InlineData("models: [{path: PEBBLE, engine: {dtype: int8}}]", "dtype must be auto, float32, bfloat16 or float16, got 'int8'")]
    public async Task UnknownField_IsSaidAndNothingIsLeft(string configuration, string expected)
    {
        await using var sandbox = new Sandbox();
        var file = Path.Combine(sandbox.Folder, "serve.yaml");
        await File.WriteAllTextAsync(file, configuration.Replace("PEBBLE", Repository.Pebble, StringComparison.Ordinal));
        var result = await Command.RunAsync(sandbox, "serve", "--config", file);
        result.ExitCode.ShouldBe(2);
        result.Errors.ShouldContain(expected);
        Directory.GetFiles(sandbox.Folder, "*.json").ShouldBeEmpty("it has hashes of keys");
    }

    [Fact]
    public void Unit_NotifiesAndKeepsTheRuntimeFolderPrivate()
    {
        var lines = Read("lmdeploy.service").Split('\n');
        lines.ShouldContain("Type=notify");
        lines.ShouldContain("RuntimeDirectoryMode=0700", "the supervisor refuses another");
        lines.ShouldContain("Delegate=yes");
        lines.ShouldNotContain(line => line.StartsWith("ProtectControlGroups", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ServiceManager_IsToldWhenItServesAndWhenItEnds()
    {
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        var name = $"lmdeploy-test-{Guid.NewGuid():N}";
        manager.Bind(new UnixDomainSocketEndPoint('\0' + name));
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", '@' + name);
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", "200000");
        try
        {
            await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
            Receive(manager).ShouldBe("READY=1");
            Receive(manager).ShouldBe("WATCHDOG=1");
            Signals.Terminate(server.Pid);
            string told;
            while ((told = Receive(manager)) == "WATCHDOG=1")
            {
                // As often as there was time for.
            }

            told.ShouldBe("STOPPING=1");
        }
        finally
        {
            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
            Environment.SetEnvironmentVariable("WATCHDOG_USEC", null);
        }
    }

    private static string Read(string name) => File.ReadAllText(Path.Combine(Repository.Root, "deploy", name));

    private static string Receive(Socket manager)
    {
        var buffer = new byte[64];
        return Encoding.UTF8.GetString(buffer, 0, manager.Receive(buffer));
    }

    /// <summary>Serves it with a model that is here in the place of all others.</summary>
    private static async Task<Server> ServeAsync(string configuration)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, ModelPath().Replace(configuration, $"path: {Repository.Pebble}"));
            return await Server.StartAsync("--config", file, "--host", "127.0.0.1");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<IEnumerable<string?>> NamesAsync(Server server) =>
        (await server.GetAsync("/v1/models")).Body.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString());

    [GeneratedRegex("path: /srv/models/.*")]
    private static partial Regex ModelPath();
}
