using System.Collections;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Shortages;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers;

/// <summary>Starts the worker's executable from the spawner thread.</summary>
internal sealed partial class WorkerProcessFactory(
    SupervisorOptions options, SpawnThread spawner, ProcessTable processes, TimeProvider time, ILogger<WorkerProcessFactory> logger) : IWorkerProcessFactory
{
    private const int NotExecutableFormat = 8; // ENOEXEC

    public Task<IWorkerProcess> StartAsync(WorkerFolder folder, string token, string? visibleDevices) =>
        spawner.RunAsync<IWorkerProcess>(() => Start(folder, token, visibleDevices));

    private WorkerProcess Start(WorkerFolder folder, string token, string? visibleDevices)
    {
        var program = WorkerProgram.At(options.WorkerExecutable) ?? throw Failed(File.Exists(options.WorkerExecutable)
            ? $"{options.WorkerExecutable} has no execute permission: chmod +x it."
            : $"There is no worker executable at {options.WorkerExecutable}. Build src/Worker, or name the folder that holds worker/ with --home.");
        Process process;
        try
        {
            process = Process.Start(Describe(program, folder, token, visibleDevices))!;
        }
        catch (Win32Exception exception) when (!ResourceShortage.Is(exception))
        {
            throw Failed(exception.NativeErrorCode == NotExecutableFormat
                ? $"{options.WorkerExecutable} is not a program for this machine; it may have been built for another architecture."
                : $"{options.WorkerExecutable} could not be started: {exception.Message}");
        }

        var worker = Adopt(process);
        LogStarted(worker.Identity.Pid, folder.Path);
        try
        {
            folder.Record(worker.Identity, token);
        }
        catch (IOException exception)
        {
            // The disk is full: the worker's own guards have to do.
            LogNotRecorded(worker.Identity.Pid, exception.Message);
        }

        try
        {
            process.StandardInput.BaseStream.Write(Encoding.ASCII.GetBytes(token + "\n"));
            process.StandardInput.BaseStream.Flush();
        }
        catch (IOException exception)
        {
            // The worker has ended already; whoever waits for it to get ready reports why.
            LogTokenNotTaken(worker.Identity.Pid, exception.Message);
        }

        return worker;
    }

    /// <summary>Kills a process that cannot be observed.</summary>
    private WorkerProcess Adopt(Process process)
    {
        try
        {
            return new WorkerProcess(process, processes, time);
        }
        catch
        {
            using (process)
            {
                process.Kill();
                throw;
            }
        }
    }

    private static ProcessStartInfo Describe(WorkerProgram program, WorkerFolder folder, string token, string? visibleDevices)
    {
        string[] arguments =
        [
            .. program.Arguments,
            "--socket", folder.WorkerSocket,
            "--ready", folder.ReadySocket,
            "--flight", folder.FlightFile,
            "--parent", Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            WorkerRecord.Option, WorkerRecord.HashOf(token),
        ];
        var start = new ProcessStartInfo(program.File, arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        var own = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value));
        foreach (var (name, value) in WorkerEnvironment.Build(own))
        {
            start.Environment[name] = value;
        }

        if (visibleDevices is not null)
        {
            start.Environment["CUDA_VISIBLE_DEVICES"] = visibleDevices;
        }

        return start;
    }

    private SupervisorException Failed(string message) => new(ErrorCodes.WorkerStartFailed, message, options.WorkerExecutable);

    [LoggerMessage(EventIds.WorkerStarted, LogLevel.Information, "Worker {Pid} started in {Folder}", EventName = nameof(EventIds.WorkerStarted))]
    private partial void LogStarted(int pid, string folder);

    [LoggerMessage(
        EventIds.WorkerNotRecorded, LogLevel.Warning, "Worker {Pid} could not be recorded: {Reason}",
        EventName = nameof(EventIds.WorkerNotRecorded))]
    private partial void LogNotRecorded(int pid, string reason);

    [LoggerMessage(EventIds.TokenNotTaken, LogLevel.Information, "Worker {Pid} did not take its token: {Reason}", EventName = nameof(EventIds.TokenNotTaken))]
    private partial void LogTokenNotTaken(int pid, string reason);
}
