using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LmDeploy.Serving;

/// <summary>Reads the TLS certificate of <c>serve</c>.</summary>
internal static class ServerCertificate
{
    /// <summary>Reads a certificate with its private key.</summary>
    /// <param name="certificate">A PEM file.</param>
    /// <param name="key">A PEM file; empty where the certificate's file has the key too.</param>
    /// <exception cref="FormatException">A file cannot be read, there is no key, or the key belongs to another certificate.</exception>
    public static X509Certificate2 Load(string certificate, string key)
    {
        var own = key.Length > 0 ? key : certificate;
        var (pem, keyPem) = (Read(certificate), Read(own));
        if (!pem.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
        {
            throw new FormatException($"{certificate} has no certificate in PEM format");
        }

        if (!keyPem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new FormatException(key.Length > 0
                ? $"{key} has no private key in PEM format"
                : $"{certificate} has no private key: add --tls-key, or tls_key to the file of settings");
        }

        try
        {
            return X509Certificate2.CreateFromPem(pem, keyPem);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new FormatException($"{own} is not the key of the certificate {certificate}, or one of them is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>Says why clients refuse a certificate at this time; null where nothing is known against it.</summary>
    /// <param name="file">Where the certificate comes from.</param>
    public static string? ProblemOf(X509Certificate2 certificate, string file, DateTimeOffset now)
    {
        var (begin, end) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return now.UtcDateTime < begin ? string.Create(CultureInfo.InvariantCulture, $"the certificate {file} is not valid before {begin:u}")
            : now.UtcDateTime > end ? string.Create(CultureInfo.InvariantCulture, $"the certificate {file} expired on {end:u}")
            : null;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{path} cannot be read: {exception.Message}", exception);
        }
    }
}
