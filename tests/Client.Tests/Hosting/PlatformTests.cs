using System.Reflection;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using LmDeploy.Hosting;
using LmDeploy.Tests.Checkouts;

namespace LmDeploy.Client.Tests.Hosting;

/// <summary>
/// The libraries run on Windows and macOS as clients of another host. The platform analyzer (CA1416) proves that nothing there reaches what is marked for
/// Linux; these tests prove that the analyzer sees everything.
/// </summary>
public sealed partial class PlatformTests
{
    private const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly string[] _libraries = ["Client", "Hub"];

    [Fact]
    public void NativeFunctions_AreMarkedForLinux()
    {
        var native = new[] { typeof(Pipeline).Assembly, typeof(Hub.ModelSource).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(All))
            .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
            .ToList();

        native.Select(method => method.DeclaringType).ShouldContain(typeof(LibC));
        native.Where(method => !IsForLinux(method)).Select(method => $"{method.DeclaringType}.{method.Name}").ShouldBeEmpty();
    }

    [Fact]
    public void Analyzer_IsOn()
    {
        var off = _libraries
            .SelectMany(library => Directory.EnumerateFiles(Checkout.File("src", library), "*", SearchOption.AllDirectories))
            .Append(Checkout.File("Directory.Build.props")).Append(Checkout.File(".editorconfig"))
            .Where(file => SwitchedOff().IsMatch(File.ReadAllText(file)));

        off.ShouldBeEmpty();
    }

    [Fact]
    public async Task OtherSystems_AreToldWhereModelsRun()
    {
        await using var absent = new LmDeploy.Supervisor(new AbsentEndpoint());

        var error = await Should.ThrowAsync<SupervisorUnavailableException>(Pipeline.CreateAsync("/m", supervisor: absent));

        error.Message.ShouldStartWith("LmDeploy runs models on Linux. On this system, use the server of a Linux host: Supervisor.Connect(");
        (await Should.ThrowAsync<SupervisorUnavailableException>(absent.ListPipelinesAsync())).Message.ShouldBe(error.Message);
    }

    private static bool IsForLinux(MethodInfo method)
    {
        for (MemberInfo? member = method; member is not null; member = member.DeclaringType)
        {
            if (member.GetCustomAttributes<SupportedOSPlatformAttribute>().Any(platform => platform.PlatformName == "linux"))
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex("CA1416")]
    private static partial Regex SwitchedOff();
}
