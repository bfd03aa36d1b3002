using System.Diagnostics;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Packaging;

/// <summary>
/// The packages as somebody uses them who has no checkout, with a home that has nothing in it. Only libtorch, which is large, is not packed: the tool is
/// pointed to it, and the runtime package finds that of the checkout's packages.
/// </summary>
public sealed class PackageTests
{
    private const long Large = 16 << 20;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private readonly Sandbox _sandbox = new();
    private readonly string _user = Directory.CreateTempSubdirectory("lmd user ").FullName;
    private readonly string _version = $"0.1.0-test.{Environment.ProcessId}.{DateTime.UtcNow.Ticks % int.MaxValue}";

    [Fact]
    public async Task Application_FindsTheToolHoweverItIsInstalled()
    {
        await using var sandbox = _sandbox;
        try
        {
            await PackAsync();
            File.WriteAllText(Path.Join(_user, "ask.cs"), $$"""
                #:package LmDeploy.Client@{{_version}}
                #:property PublishAot=false
                using LmDeploy;
                using var pipe = Pipeline.Create(args[0]);
                Console.WriteLine($"{pipe.Infer("What is 17 + 25?").Text} {pipe.Close().Verdict}");
                """);
            File.WriteAllText(Path.Join(_user, "compare.cs"), $$"""
                #:package LmDeploy.Evaluation@{{_version}}
                #:property PublishAot=false
                using LmDeploy.Evaluation;
                var result = await ModelComparison.RunAsync([args[0]], Dataset.FromJsonLines(args[1]).Take(4));
                Console.WriteLine($"{result.Models[0].Metrics["exact"].Value} {result.Models[0].Receipt!.Verdict}");
                """);
            File.WriteAllText(Path.Join(_user, "text.cs"), $$"""
                #:package LmDeploy.Text@{{_version}}
                #:property PublishAot=false
                using LmDeploy.Text;
                var prompt = ChatTemplate.Load(args[0]).Render([new TemplateMessage("user", "What is 17 + 25?")]);
                var tokenizer = Tokenizer.Load(args[0]);
                Console.WriteLine(tokenizer.Decode(tokenizer.Encode(prompt, addSpecialTokens: false), skipSpecialTokens: false) == prompt);
                """);
            (await RunAsync("dotnet", "run", "text.cs", Repository.Boulder)).ShouldBe("True", "text needs no other package and no program");
            (await AskAsync()).ShouldContain("dotnet tool install --global lmdeploy");
            await CheckRuntimeAsync();

            await RunAsync("dotnet", "tool", "install", "--global", "lmdeploy", "--version", _version);
            (await AskAsync()).ShouldBe("42 Reclaimed");
            (await RunAsync("dotnet", "run", "compare.cs", Repository.Boulder, Repository.Evaluation)).ShouldBe("1 Reclaimed");
            await RunAsync("chmod", "-R", "a-x+X", Path.Join(_user, ".dotnet", "tools", ".store"));
            (await AskAsync()).ShouldBe("42 Reclaimed", "programs whose files may not be executed");
            await RunAsync("dotnet", "tool", "uninstall", "--global", "lmdeploy");

            await RunAsync("dotnet", "tool", "install", "--tool-path", Path.Join(_user, "tools"), "lmdeploy", "--version", _version);
            (await AskAsync(Path.Join(_user, "tools"))).ShouldBe("42 Reclaimed");
            (await AskAsync()).ShouldContain("were not found", Case.Sensitive, "it is not on PATH");

            await RunAsync("dotnet", "new", "tool-manifest");
            await RunAsync("dotnet", "tool", "install", "lmdeploy", "--version", _version);
            (await AskAsync()).ShouldBe("42 Reclaimed");
        }
        finally
        {
            Directory.Delete(_user, recursive: true);
        }
    }

    /// <summary>An application that refers to LmDeploy.Runtime alone, as it is built and as it is published. The package brings libtorch.</summary>
    private async Task CheckRuntimeAsync()
    {
        var folder = Directory.CreateDirectory(Path.Join(_user, "server")).FullName;
        File.WriteAllText(Path.Join(folder, "Program.cs"), """
            using LmDeploy;
            using var pipe = Pipeline.Create(args[0]);
            Console.WriteLine($"{pipe.Infer("What is 17 + 25?").Text} {pipe.Close().Verdict}");
            """);
        File.WriteAllText(Path.Join(folder, "server.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="LmDeploy.Runtime" Version="{_version}" />
              </ItemGroup>
            </Project>
            """);
        var published = Path.Join(_user, "published");
        await RunAsync("dotnet", "publish", folder, "-c", "Release", "--nologo", "-v", "quiet", "-o", published);
        foreach (var place in new[] { Path.Join(folder, "bin", "Release", "net10.0"), published })
        {
            (await RunAsync("dotnet", [Path.Join(place, "server.dll"), Repository.Boulder], libtorch: null)).ShouldBe("42 Reclaimed", place);
            File.Exists(Path.Join(place, "libtorch_cpu.so")).ShouldBeFalse("libtorch is the worker's, not the application's");
        }

        Directory.Delete(published, recursive: true);
    }

    private async Task PackAsync()
    {
        var home = Path.Join(_user, "programs");
        foreach (var file in Directory.EnumerateFiles(Repository.Home, "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length < Large))
        {
            var copy = Path.Join(home, Path.GetRelativePath(Repository.Home, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var feed = Directory.CreateDirectory(Path.Join(_user, "feed")).FullName;
        string[] settings = ["-c", "Release", "--nologo", "-v", "quiet", "-o", feed, $"-p:PackageVersion={_version}"];
        await RunAsync("dotnet", ["pack", Path.Join(Repository.Root, "src", "Libraries.slnf"), .. settings], isUser: false);
        await RunAsync("dotnet", ["pack", Path.Join(Repository.Root, "src", "Tool"), .. settings, $"-p:LmDeployHome={home}/"], isUser: false);
        await RunAsync("dotnet", ["pack", Path.Join(Repository.Root, "src", "Runtime"), .. settings, $"-p:LmDeployHome={home}/"], isUser: false);
        File.WriteAllText(Path.Join(_user, "nuget.config"), $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="{feed}" /></packageSources>
              <fallbackPackageFolders><add key="checkout" value="{Packages}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    private static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder
        : Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private Task<string> AskAsync(string? path = null) => RunAsync("dotnet", ["run", "ask.cs", Repository.Boulder], path: path, mayFail: true);

    private Task<string> RunAsync(string program, params string[] arguments) => RunAsync(program, arguments, isUser: true);

    private Task<string> RunAsync(string program, string[] arguments, bool isUser = true, string? path = null, bool mayFail = false)
        => RunAsync(program, arguments, Path.Join(Repository.Home, "worker"), isUser, path, mayFail);

    private async Task<string> RunAsync(
        string program, string[] arguments, string? libtorch, bool isUser = true, string? path = null, bool mayFail = false)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _user, RedirectStandardOutput = true, RedirectStandardError = true };
        if (isUser)
        {
            start.Environment.Remove("NUGET_PACKAGES");
            start.Environment.Remove("DOTNET_ROOT");
            start.Environment["HOME"] = _user;
            start.Environment["PATH"] = $"{path}:{start.Environment["PATH"]}";
            start.Environment["LMDEPLOY_RUNTIME_DIR"] = _sandbox.Folder;
            start.Environment["LMDEPLOY_IDLE_TIMEOUT"] = "1";
            start.Environment["LMDEPLOY_LIBTORCH"] = libtorch;
            start.Environment.Remove("LMDEPLOY_HOME");
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Deadline);
        await process.WaitForExitAsync().WaitAsync(Deadline);
        (mayFail || process.ExitCode == 0).ShouldBeTrue($"{program} {string.Join(' ', arguments)}: {output}{await errors}");
        return (process.ExitCode == 0 ? output : output + await errors).Trim();
    }
}
