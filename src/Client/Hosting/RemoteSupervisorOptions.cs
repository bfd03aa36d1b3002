namespace LmDeploy;

/// <summary>How a supervisor on another host is reached.</summary>
public sealed record RemoteSupervisorOptions
{
    /// <summary>The API key. Default: null, none.</summary>
    public string? Key { get; init; }

    /// <summary>The path of a PEM file with the certificate that the server has, or of the authority that signed it, where the system does not trust it.
    /// Default: null, what the system trusts.</summary>
    public string? TrustedCertificate { get; init; }

    /// <summary>Does not print the key.</summary>
    public override string ToString()
        => $"{nameof(RemoteSupervisorOptions)} {{ Key = {(Key is null ? "none" : "***")}, TrustedCertificate = {TrustedCertificate} }}";
}
