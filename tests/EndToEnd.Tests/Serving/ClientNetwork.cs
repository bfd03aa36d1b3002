using System.Diagnostics;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>A network namespace for clients, with one cable (veth) to the host. Disposing it removes both.</summary>
internal sealed class ClientNetwork : IDisposable
{
    private const string Client = "client0";

    private readonly string _name;

    public ClientNetwork()
    {
        // From the network for tests, 198.18.0.0/15 (RFC 2544): nobody routes it.
        var (second, third) = (Environment.ProcessId >> 8 & 255, Environment.ProcessId & 255);
        _name = $"lmdt{Environment.ProcessId}";
        ServerAddress = $"198.18.{second}.{third & 252 | 1}";
        Run("netns", "add", _name);
        try
        {
            Run("link", "add", _name, "type", "veth", "peer", "name", Client, "netns", _name);
            Run("address", "add", $"{ServerAddress}/30", "dev", _name);
            Run("link", "set", _name, "up");
            Run("-n", _name, "address", "add", $"198.18.{second}.{third & 252 | 2}/30", "dev", Client);
            Run("-n", _name, "link", "set", Client, "up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The address of the host on its end of the cable.</summary>
    public string ServerAddress { get; }

    /// <summary>Runs a command in the namespace.</summary>
    public IReadOnlyList<string> Prefix => ["ip", "netns", "exec", _name];

    public void Unplug() => Run("-n", _name, "link", "set", Client, "down");

    public void Plug() => Run("-n", _name, "link", "set", Client, "up");

    public void Dispose() => Run("netns", "delete", _name);

    private static void Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"ip {string.Join(' ', arguments)}: {errors}");
    }
}
