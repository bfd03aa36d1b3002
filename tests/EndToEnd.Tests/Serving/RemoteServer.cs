using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>
/// A server for callers of other hosts: over TLS, with the sample models by name, and with the keys of alice, who may hold two pipelines, of bob and of root,
/// who is an admin. Disposing it ends it.
/// </summary>
internal sealed class RemoteServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Server _server;

    private RemoteServer(string folder, Server server)
    {
        _folder = folder;
        _server = server;
    }

    public Uri Address => _server.Address;

    public Sandbox Sandbox => _server.Sandbox;

    /// <summary>What it has logged.</summary>
    public string Log => _server.Errors;

    /// <summary>The flags of a command that uses it.</summary>
    public string[] Flags => ["--server", Address.ToString(), "--server-cert", Certificate];

    private string Certificate => Path.Combine(_folder, "cert.pem");

    /// <param name="address">Where it listens.</param>
    public static async Task<RemoteServer> StartAsync(string address)
    {
        var folder = Directory.CreateTempSubdirectory("lmd-remote-").FullName;
        var (certificate, key, file) = (Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"), Path.Combine(folder, "serve.yaml"));
        await CertifyAsync(IPAddress.Parse(address), certificate, key);
        await File.WriteAllTextAsync(file, $$"""
            host: {{address}}
            tls_cert: {{certificate}}
            tls_key: {{key}}
            keys:
              - {name: alice, sha256: {{Hash("alice-key")}}, max_pipelines: 2, max_requests: 8}
              - {name: bob, sha256: {{Hash("bob-key")}}}
              - {name: poor, sha256: {{Hash("poor-key")}}, max_memory_mib: 300}
              - {name: root, sha256: {{Hash("root-key")}}, admin: true}
            models:
              - {name: tiny, path: {{Repository.Pebble}}}
            """);
        var sandbox = new Sandbox();
        sandbox.Variables["LMDEPLOY_MODELS"] = Path.GetDirectoryName(Repository.Pebble)!;
        sandbox.Variables["HF_HUB_OFFLINE"] = "1";
        return new RemoteServer(folder, await Server.StartAsync(sandbox, ["--config", file]));
    }

    public Supervisor Connect(string? key) => Supervisor.Connect(Address, new RemoteSupervisorOptions { Key = key, TrustedCertificate = Certificate });

    /// <summary>A client over HTTP that trusts the server's certificate.</summary>
    public HttpClient ConnectHttp(string key)
    {
        var hash = X509Certificate2.CreateFromPem(File.ReadAllText(Certificate)).GetCertHashString();
        var handler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == hash },
        };
        return new HttpClient(handler) { BaseAddress = Address, DefaultRequestHeaders = { { "Authorization", $"Bearer {key}" } } };
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task CertifyAsync(IPAddress address, string certificate, string key)
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(certificate, signed.ExportCertificatePem());
        await File.WriteAllTextAsync(key, rsa.ExportPkcs8PrivateKeyPem());
    }

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
