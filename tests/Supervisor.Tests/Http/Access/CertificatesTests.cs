using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LmDeploy.Supervisor.Http.Access;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Http.Access;

public sealed class CertificatesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private int _writes;

    private string CertificateFile => _folder.File("cert.pem");

    private string KeyFile => _folder.File("key.pem");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ChangedFiles_AreReadByALaterHandshake()
    {
        Write("one");
        var certificates = Create();
        Write("two");
        SubjectOf(certificates).ShouldBe("CN=one", "handshakes do not look each time");

        _time.Advance(Certificates.LookPeriod);

        SubjectOf(certificates).ShouldBe("CN=two");
    }

    [Fact]
    public void FilesThatDoNotBelongTogether_ChangeNothing_UntilTheyDo()
    {
        Write("one");
        var certificates = Create();
        var key = File.ReadAllText(KeyFile);
        Write("two");
        var next = File.ReadAllText(KeyFile);
        WriteFile(KeyFile, key);
        _time.Advance(Certificates.LookPeriod);
        SubjectOf(certificates).ShouldBe("CN=one");

        WriteFile(KeyFile, next);
        _time.Advance(Certificates.LookPeriod);

        SubjectOf(certificates).ShouldBe("CN=two");
    }

    [Fact]
    public void Replace_TakesOtherFiles_OrStaysWithTheOldOnes()
    {
        Write("one");
        var certificates = Create();
        certificates.Replace(_folder.File("absent.pem"), "").ShouldBeFalse();
        SubjectOf(certificates).ShouldBe("CN=one");

        Write("two");
        certificates.Replace(CertificateFile, KeyFile).ShouldBeTrue();

        SubjectOf(certificates).ShouldBe("CN=two");
    }

    private static string SubjectOf(Certificates certificates) => certificates.Current.TargetCertificate.Subject;

    private Certificates Create() => new(CertificateFile, KeyFile, _time, NullLogger.Instance);

    private void Write(string name)
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        WriteFile(CertificateFile, certificate.ExportCertificatePem());
        WriteFile(KeyFile, rsa.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>With another time each, however fast the test is.</summary>
    private void WriteFile(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddSeconds(++_writes));
    }
}
