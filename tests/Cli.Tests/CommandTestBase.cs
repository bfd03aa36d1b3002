using System.Text;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Tests;

/// <summary>Runs the command line against a supervisor in this process and keeps what it prints.</summary>
public abstract class CommandTestBase : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lmd").FullName;
    private LmDeploy.Supervisor _supervisor = null!;

    protected StringWriter Out { get; } = new();

    protected StringWriter Error { get; } = new();

    private protected Interruption Interruption { get; } = new();

    /// <summary>Whether listings find a supervisor.</summary>
    protected bool IsSupervisorRunning { get; set; } = true;

    /// <summary>Whether standard output is a terminal, of 80 columns.</summary>
    protected bool IsOutTerminal { get; set; }

    /// <summary>What is piped in; null where standard input is a terminal.</summary>
    protected string? Input { get; set; }

    /// <summary>How the supervisors were started that a command wanted for itself.</summary>
    protected List<SupervisorOptions> Started { get; } = [];

    private protected FakeSupervisor Fake { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Fake = await FakeSupervisor.StartAsync();
        _supervisor = Fake.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        await _supervisor.DisposeAsync();
        await Fake.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected Task<int> RunAsync(params string[] args) => RunAsync(CancellationToken.None, args);

    protected Task<int> RunAsync(CancellationToken cancellationToken, params string[] args)
    {
        var terminal = new Terminal(Out, Error, IsOutTerminal, IsErrorTerminal: false);
        var host = new CliHost(
            terminal, _supervisor, _ => Task.FromResult(IsSupervisorRunning ? Fake.Connect() : null), Interruption, TimeProvider.System)
        {
            Input = new StandardInput(() => new MemoryStream(Encoding.UTF8.GetBytes(Input ?? "")), Input is not null),
            StartSupervisorAsync = (options, _) =>
            {
                Started.Add(options);
                return Task.FromResult(Fake.Connect());
            },
        };
        return LmDeploy.Cli.CommandLine.RunAsync(args, host, cancellationToken).InTime();
    }

    protected string PathOf(string name) => Path.Join(_folder, name);

    protected string Write(string name, params string[] lines)
    {
        File.WriteAllLines(PathOf(name), lines);
        return PathOf(name);
    }
}
