using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LmDeploy.V1;

namespace LmDeploy.Cli.Tests.Serving;

/// <summary><c>serve --check</c>.</summary>
public sealed class ServeCheckTests : CommandTestBase
{
    [Fact]
    public async Task EachModel_HasALine_AndThenOk()
    {
        Fake.OnInspectModel = Inspect;
        var file = Write("serve.yaml", "port: 0", "models:", $"  - path: {Path.GetTempPath()}", "    name: one", "    engine: {session_len: 64}");

        (await RunAsync("serve", "--check", file, $"two={Path.GetTempPath()}")).ShouldBe(0);

        Out.ToString().ShouldBe(
            "one: LlamaForCausalLM, bfloat16, converted to float32 on cpu, 64 tokens of context\n"
                + "two: LlamaForCausalLM, bfloat16, converted to float32 on cpu, 0 tokens of context\n"
                + "ok\n");
        Error.ToString().ShouldBeEmpty();
        Fake.Opened.ShouldBeEmpty();
    }

    [Fact]
    public async Task ModelThatCannotBeServed_IsNamedWithItsLine_AndTheOthersAreLookedAt()
    {
        Fake.OnInspectModel = open =>
        {
            var inspection = Inspect(open);
            if (open.Engine.SessionLen == 1)
            {
                inspection.Problems.Add(new Error { Code = ErrorCodes.UnsupportedArchitecture, Message = "BertModel is not supported." });
            }

            return inspection;
        };
        var file = Write(
            "serve.yaml",
            "models:",
            $"  - {{path: {Path.GetTempPath()}, name: bad, engine: {{session_len: 1}}}}",
            $"  - {{path: {Path.GetTempPath()}, name: good, engine: {{session_len: 2}}}}");

        (await RunAsync("serve", "--check", "--config", file, "--port", "0")).ShouldBe(2);

        Error.ToString().ShouldBe($"error: unsupported_architecture: {file}, line 2: models[0].path: bad: BertModel is not supported.\n");
        Out.ToString().ShouldStartWith("good: ");
        Out.ToString().ShouldNotContain("ok\n");
    }

    [Fact]
    public async Task MemoryThatOthersHold_IsANote()
    {
        Fake.OnInspectModel = open =>
        {
            var inspection = Inspect(open);
            inspection.Memory = new V1.MemoryFit { Device = "host", TotalBytes = 9, FreeBytes = 1, LeastBytes = 3 };
            inspection.Problems.Add(new Error { Code = ErrorCodes.InsufficientMemory, Message = "3 B are needed." });
            return inspection;
        };

        (await RunAsync("serve", "--check", $"one={Path.GetTempPath()}", "--port", "0")).ShouldBe(0);

        Error.ToString().ShouldBe("note: one: 3 B are needed.\n");
    }

    [Fact]
    public async Task Certificate_HasToMatchItsKeyAndBeValid()
    {
        var (good, key) = WriteCertificate("good", DateTimeOffset.UtcNow.AddDays(1));
        var (expired, expiredKey) = WriteCertificate("expired", DateTimeOffset.UtcNow.AddDays(-1));
        (await RunAsync("serve", "--check", "--port", "0", "--tls-cert", good, "--tls-key", key)).ShouldBe(0);
        Error.ToString().ShouldBeEmpty();

        (await RunAsync("serve", "--check", "--port", "0", "--tls-cert", good, "--tls-key", expiredKey)).ShouldBe(2);
        (await RunAsync("serve", "--check", "--port", "0", "--tls-cert", good)).ShouldBe(2);
        (await RunAsync("serve", "--check", "--port", "0", "--tls-cert", expired, "--tls-key", expiredKey)).ShouldBe(2);

        var errors = Error.ToString().Split('\n');
        errors[0].ShouldStartWith($"error: --tls-key: {expiredKey} is not the key of the certificate {good}");
        errors[1].ShouldStartWith($"error: --tls-cert: {good} has no private key");
        errors[2].ShouldStartWith($"error: --tls-cert: the certificate {expired} expired on ");
    }

    private static V1.ModelInspection Inspect(OpenPipeline open) => new()
    {
        Model = open.Model,
        Architecture = "LlamaForCausalLM",
        Weights = "bfloat16, converted to float32",
        Device = V1.EngineDevice.Cpu,
        SessionLen = open.Engine.SessionLen,
    };

    private (string Certificate, string Key) WriteCertificate(string name, DateTimeOffset until)
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(until.AddDays(-2), until);
        return (Write($"{name}.pem", certificate.ExportCertificatePem()), Write($"{name}.key", rsa.ExportPkcs8PrivateKeyPem()));
    }
}
