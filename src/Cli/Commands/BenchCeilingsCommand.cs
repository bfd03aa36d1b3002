using System.CommandLine;
using LmDeploy.Cli.Benchmarks;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy bench ceilings</c>: how fast the device of this host is by itself.</summary>
internal sealed class BenchCeilingsCommand(CliHost host)
{
    private readonly FiguresOutput _output = new(host);

    public static Command Create(CliHost host)
    {
        var ceilings = new BenchCeilingsCommand(host);
        var command = new Command("ceilings", "Measure the hardware limits (memory bandwidth, matrix products) without a model.") { ceilings._output.Flag };
        command.SetAction(ceilings.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        _output.Check(result);
        var ceilings = await host.Supervisor.MeasureCeilingsAsync(cancellationToken);
        string[][] rows =
        [
            ["memory, read and written", Speed(ceilings.MemoryBytesPerSecond)],
            ["page-locked host memory to the device", ceilings.HostToDeviceBytesPerSecond > 0 ? Speed(ceilings.HostToDeviceBytesPerSecond) : "no GPU"],
            [$"products in {ceilings.ProductDtype}", Units.Format($"{ceilings.ProductFlops / 1e12:0.000} TFLOP/s")],
        ];
        Listing.Write(host.Terminal, [ceilings.Device, "CEILING"], rows);
        await _output.WriteAsync(result, ceilings.LibTorch, [ToJson(ceilings)], cancellationToken);
        return ExitCodes.Done;
    }

    private static IReadOnlyDictionary<string, double> ToJson(DeviceCeilings ceilings) => new Dictionary<string, double>
    {
        ["memory_bytes_per_second"] = ceilings.MemoryBytesPerSecond,
        ["host_to_device_bytes_per_second"] = ceilings.HostToDeviceBytesPerSecond > 0 ? ceilings.HostToDeviceBytesPerSecond : double.NaN,
        ["product_flops"] = ceilings.ProductFlops,
    };

    private static string Speed(double bytesPerSecond) => Units.Format($"{bytesPerSecond / 1e9:0.0} GB/s");
}
