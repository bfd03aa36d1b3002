using System.Net.NetworkInformation;
using System.Security.Cryptography.X509Certificates;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;
using LmDeploy.Serving;
using LmDeploy.Words;

namespace LmDeploy.Cli.Serving;

/// <summary><c>serve --check</c>: checks what can be checked without serving. The settings themselves have been read by then.</summary>
internal sealed class ServeCheck(CliHost host)
{
    /// <summary>Prints a line for each model, and <c>ok</c> where nothing is wrong.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(ServeConfiguration settings, CancellationToken cancellationToken)
    {
        var isWrong = ReportCertificate(settings);
        ReportPort(settings.Port ?? ServeDefaults.Port);
        foreach (var model in settings.Models)
        {
            isWrong |= await ReportAsync(model, cancellationToken);
        }

        if (isWrong)
        {
            return ExitCodes.Usage;
        }

        host.Terminal.Out.WriteLine("ok");
        return ExitCodes.Done;
    }

    private bool ReportCertificate(ServeConfiguration settings)
    {
        if (settings.TlsCert is not { } file)
        {
            return false;
        }

        using var certificate = ServerCertificate.Load(file.Value, settings.TlsKey?.Value ?? "");
        if (ServerCertificate.ProblemOf(certificate, file.Value, host.Time.GetUtcNow()) is not { } problem)
        {
            return false;
        }

        host.Terminal.WriteError(file.Wrong(problem).Message);
        return true;
    }

    /// <summary>A server that runs with these settings has the port, so that is no error.</summary>
    private void ReportPort(int port)
    {
        if (port != 0 && Array.Exists(IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners(), listener => listener.Port == port))
        {
            host.Terminal.Error.WriteLine($"note: port {port} is in use");
        }
    }

    /// <returns>Whether something is wrong.</returns>
    private async Task<bool> ReportAsync(ServeConfigurationModel model, CancellationToken cancellationToken)
    {
        ModelInspection inspection;
        try
        {
            inspection = await host.Supervisor.InspectAsync(model.Path, model.Config, cancellationToken);
        }
        catch (LmDeployException exception) when (exception is not SupervisorUnavailableException)
        {
            host.Terminal.WriteError(exception.Code, $"{model.Place}: {model.Name}: {exception.Message}");
            return true;
        }

        var problems = inspection.Problems.ToLookup(problem => problem.Code == LmDeployErrorCodes.InsufficientMemory && inspection.Memory is not null);
        foreach (var problem in problems[false])
        {
            host.Terminal.WriteError(problem.Code, $"{model.Place}: {model.Name}: {problem.Message}");
        }

        foreach (var problem in problems[true])
        {
            host.Terminal.Error.WriteLine($"note: {model.Name}: {Terminal.Printable(problem.Message)}"); // Others, this server among them, may hold it now.
        }

        if (problems[false].Any())
        {
            return true;
        }

        host.Terminal.Out.WriteLine(Terminal.Printable(Units.Format(
            $"{model.Name}: {inspection.Architecture}, {inspection.Weights} on {EnumWords.Of(inspection.Device)}, {inspection.SessionLen} tokens of context")));
        return false;
    }
}
