using System.Diagnostics;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Packaging;

/// <summary>
/// <c>run.sh</c> says what it does while it builds, so that nobody waits without a word. The compiler is a script here that says what MSBuild says.
/// </summary>
public sealed class RunScriptTests : IDisposable
{
    private const string Compiler = """
        #!/usr/bin/env bash
        case $1 in
          --list-sdks) echo "10.0.401 [/sdk]" ;;
          restore)
            [ ! -e "$BROKEN" ] || { echo "error NU1101: Unable to find package libtorch"; exit 1; }
            echo "  Determining projects to restore..."
            echo "  Restored /src/One/LmDeploy.One.csproj (in 1.2 sec)."
            ;;
          publish)
            for argument in "$@"; do
              case $argument in -p:LmDeployHome=*) home=${argument#-p:LmDeployHome=} ;; esac
            done
            mkdir -p "$home/cli"
            printf '#!/bin/sh\necho "ran $*"\n' >"$home/cli/lmdeploy"
            chmod +x "$home/cli/lmdeploy"
            echo "  LmDeploy.One -> /artifacts/bin/LmDeploy.One.dll"
            ;;
        esac
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("lmd-script-").FullName;

    public RunScriptTests()
    {
        foreach (var file in new[] { "run.sh", "global.json", "Directory.Build.props", "Directory.Packages.props", ".editorconfig" })
        {
            File.Copy(Path.Combine(Repository.Root, file), Path.Combine(_root, file));
        }

        foreach (var folder in new[] { "proto", "bin", "src" })
        {
            Directory.CreateDirectory(Path.Combine(_root, folder));
        }

        File.WriteAllText(Path.Combine(_root, "src", "Programs.slnf"), "\"One.csproj\"\n\"Two.csproj\"\n");
        var compiler = Path.Combine(_root, "bin", "dotnet");
        File.WriteAllText(compiler, Compiler);
        File.SetUnixFileMode(compiler, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Build_SaysWhatItDoes_AndOnlyTheFirstTime()
    {
        var (exit, output, errors) = await RunAsync();

        (exit, output).ShouldBe((0, "ran ps\n"));
        errors.ShouldMatch(
            @"^Building lmdeploy in artifacts/: .*\n\[1/2\] Restoring packages\n  downloads 310 MiB to .*libtorch 2\.10\.0.*\n *\d+ s  restored LmDeploy.One\n"
            + @"\[2/2\] Compiling 2 projects.*\n *\d+ s  compiled LmDeploy.One\nBuilt in \d+ s: .*\n$");
        (await RunAsync()).ShouldBe((0, "ran ps\n", ""));
    }

    [Fact]
    public async Task Build_ThatFails_SaysWhy()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "broken"), "");

        var (exit, output, errors) = await RunAsync();

        (exit, output).ShouldBe((1, ""));
        errors.ShouldEndWith("error NU1101: Unable to find package libtorch\n");
    }

    private async Task<(int Exit, string Output, string Errors)> RunAsync()
    {
        var start = new ProcessStartInfo(Path.Combine(_root, "run.sh"), ["ps"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{Path.Combine(_root, "bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = _root;
        start.Environment["BROKEN"] = Path.Combine(_root, "broken");
        start.Environment.Remove("NUGET_PACKAGES");
        start.Environment.Remove("TORCH_BACKEND");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
