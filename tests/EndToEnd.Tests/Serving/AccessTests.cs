using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>Who may call what, and where the server listens.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task Keys_OpenWhatTheyAreFor()
    {
        await using var server = await Server.StartAsync(
            $"pebble={Repository.Pebble}", "--api-key", "alice=one", "--api-key", "two", "--admin-key", "root=three");
        (await StatusAsync(server, HttpMethod.Get, "/health", null)).ShouldBe(200);
        (await StatusAsync(server, HttpMethod.Get, "/v1/models", null)).ShouldBe(401);
        (await StatusAsync(server, HttpMethod.Get, "/v1/models", "wrong")).ShouldBe(401);
        (await StatusAsync(server, HttpMethod.Get, "/v1/models", "one")).ShouldBe(200);
        (await StatusAsync(server, HttpMethod.Get, "/v1/models", "two")).ShouldBe(200);
        (await StatusAsync(server, HttpMethod.Get, "/v1/pipelines", "one")).ShouldBe(403);
        (await StatusAsync(server, HttpMethod.Get, "/v1/pipelines", "three")).ShouldBe(200);
        (await StatusAsync(server, HttpMethod.Delete, "/v1/pipelines/pebble", "two")).ShouldBe(403);
        (await StatusAsync(server, HttpMethod.Get, "/nothing", "one")).ShouldBe(404);
        File.ReadAllText($"/proc/{server.Pid}/cmdline").ShouldNotContain("three");
        Directory.GetFiles(server.Sandbox.Folder, "*.json").ShouldBeEmpty();
    }

    [Fact]
    public async Task PagesOfOthers_MayNotCall()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}", "--cors-origin", "https://friend.example");
        (await StatusAsync(server, HttpMethod.Get, "/v1/models", null, origin: "https://evil.example")).ShouldBe(403);
        (await StatusAsync(server, HttpMethod.Get, "/v1/models", null, origin: "https://friend.example")).ShouldBe(200);
        (await StatusAsync(server, HttpMethod.Get, "/v1/models", null, origin: server.Address.GetLeftPart(UriPartial.Authority))).ShouldBe(200);
        (await StatusAsync(server, HttpMethod.Options, "/v1/models", null, origin: "https://friend.example")).ShouldBe(204);
        (await StatusAsync(server, HttpMethod.Get, "/v1/models", null, host: "rebound.example")).ShouldBe(403);
    }

    [Theory]
    [InlineData("--api-key and --tls-cert", "--host", "0.0.0.0")]
    [InlineData("--api-key and --tls-cert", "--host", "0.0.0.0", "--api-key", "k")]
    [InlineData("is not an address", "--host", "nowhere.example")]
    [InlineData("--port must be 0 to 65535", "--port", "70000")]
    [InlineData("There is no model folder", "absent=/absent")]
    [InlineData("--replicas must be 1 to 64, got 0", "small=/absent", "--replicas", "0")]
    [InlineData("does not exist", "--config", "/absent.yaml")]
    public async Task WhatCannotBeMeant_IsSaidAndEndsIt(string expected, params string[] arguments)
    {
        await using var sandbox = new Sandbox();
        var result = await Command.RunAsync(sandbox, ["serve", .. arguments]);
        result.ExitCode.ShouldBe(2);
        result.Errors.ShouldContain(expected);
    }

    [Fact]
    public async Task TakenPort_IsSaid()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        await using var sandbox = new Sandbox();
        var result = await Command.RunAsync(sandbox, "serve", Repository.Pebble, "--port", server.Address.Port.ToString());
        result.ExitCode.ShouldBe(1);
        (result.Output + result.Errors).ShouldBe($"error: 127.0.0.1:{server.Address.Port} is in use; --port 0 takes a free one\n");
    }

    [Fact]
    public async Task Tls_IsSpokenWithACertificate()
    {
        var folder = Directory.CreateTempSubdirectory("lmd-tls-").FullName;
        var (cert, key) = (Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"));
        using (var rsa = RSA.Create(2048))
        {
            var request = new CertificateRequest("CN=localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            File.WriteAllText(cert, certificate.ExportCertificatePem());
            File.WriteAllText(key, rsa.ExportPkcs8PrivateKeyPem());
        }

        await using var server = await Server.StartAsync(
            $"pebble={Repository.Pebble}", "--tls-cert", cert, "--tls-key", key, "--host", "0.0.0.0", "--api-key", "k");
        using var trusting = new HttpClient(
            new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, presented, _, _) => presented!.Subject == "CN=localhost" });
        trusting.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "k");
        using var answer = await trusting.GetAsync($"https://127.0.0.1:{server.Address.Port}/v1/models");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<int> StatusAsync(Server server, HttpMethod method, string path, string? key, string? origin = null, string? host = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Host = host;
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var answer = await server.Http.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
