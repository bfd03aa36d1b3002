using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using LmDeploy.Serving;
using LmDeploy.Supervisor.Logging;

namespace LmDeploy.Supervisor.Http.Access;

/// <summary>
/// The TLS certificate with its chain. Reads it again when its files have changed, which a handshake looks for, and keeps the one that it has when the new
/// one cannot be read. Thread-safe.
/// </summary>
internal sealed partial class Certificates
{
    /// <summary>How long handshakes do not look at the files again.</summary>
    public static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private (string Certificate, string Key) _files;
    private (DateTime Certificate, DateTime Key) _changed;
    private long _looked;
    private SslStreamCertificateContext _current;

    /// <param name="certificate">A PEM file.</param>
    /// <param name="key">A PEM file; empty where the certificate's file has the key too.</param>
    /// <exception cref="FormatException">They cannot be read or do not belong together.</exception>
    public Certificates(string certificate, string key, TimeProvider time, ILogger logger)
    {
        (_files, _time, _logger) = ((certificate, key), time, logger);
        _changed = TimesOf(_files);
        _looked = time.GetTimestamp();
        _current = Load(_files);
    }

    /// <summary>The certificate for a handshake.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_gate)
            {
                if (_time.GetElapsedTime(_looked) >= LookPeriod)
                {
                    _looked = _time.GetTimestamp();
                    if (TimesOf(_files) != _changed)
                    {
                        TryReplace(_files);
                    }
                }

                return _current;
            }
        }
    }

    /// <summary>Reads other files, or the same once more.</summary>
    /// <returns>Whether they can be read; otherwise everything stays as it was.</returns>
    public bool Replace(string certificate, string key)
    {
        lock (_gate)
        {
            return TryReplace((certificate, key));
        }
    }

    private bool TryReplace((string Certificate, string Key) files)
    {
        var changed = TimesOf(files);
        try
        {
            _current = Load(files);
            (_files, _changed) = (files, changed);
            LogRead(files.Certificate);
            return true;
        }
        catch (FormatException exception)
        {
            _changed = files == _files ? changed : _changed; // Once is enough to hear of it.
            LogUnreadable(exception.Message);
            return false;
        }
    }

    private SslStreamCertificateContext Load((string Certificate, string Key) files)
    {
        var leaf = ServerCertificate.Load(files.Certificate, files.Key);
        if (ServerCertificate.ProblemOf(leaf, files.Certificate, _time.GetUtcNow()) is { } problem)
        {
            LogInvalid(problem);
        }

        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(files.Certificate);
        return SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }

    private static (DateTime Certificate, DateTime Key) TimesOf((string Certificate, string Key) files) =>
        (File.GetLastWriteTimeUtc(files.Certificate), files.Key.Length > 0 ? File.GetLastWriteTimeUtc(files.Key) : default);

    [LoggerMessage(EventIds.CertificateRead, LogLevel.Information, "The certificate {File} was read again", EventName = nameof(EventIds.CertificateRead))]
    private partial void LogRead(string file);

    [LoggerMessage(
        EventIds.CertificateUnreadable, LogLevel.Error, "The certificate stays as it was: {Problem}", EventName = nameof(EventIds.CertificateUnreadable))]
    private partial void LogUnreadable(string problem);

    [LoggerMessage(EventIds.CertificateInvalid, LogLevel.Warning, "Clients will refuse TLS: {Problem}", EventName = nameof(EventIds.CertificateInvalid))]
    private partial void LogInvalid(string problem);
}
