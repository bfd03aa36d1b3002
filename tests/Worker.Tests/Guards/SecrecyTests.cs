using System.Runtime.InteropServices;
using LmDeploy.Engine.Native;

namespace LmDeploy.Worker.Tests.Guards;

public sealed partial class SecrecyTests
{
    private const int GetDumpable = 3; // PR_GET_DUMPABLE
    private const int SetDumpable = 4; // PR_SET_DUMPABLE
    private const int GetParentDeathSignal = 2; // PR_GET_PDEATHSIG

    /// <summary>The signal that a worker is to get at its parent's end must survive it.</summary>
    [Fact]
    public void ForbidDumps_ClosesTheProcessAndKeepsTheParentDeathSignal()
    {
        var before = Control(GetDumpable, 0, 0, 0, 0);
        LibC.SetParentDeathSignal(LibC.SigKill).ShouldBeTrue();
        try
        {
            LibC.ForbidDumps().ShouldBeTrue();

            Control(GetDumpable, 0, 0, 0, 0).ShouldBe(0);
            ReadParentDeathSignal(GetParentDeathSignal, out var signal, 0, 0, 0).ShouldBe(0);
            signal.ShouldBe(LibC.SigKill);
        }
        finally
        {
            LibC.SetParentDeathSignal(0);
            _ = Control(SetDumpable, (ulong)before, 0, 0, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, ulong first, ulong second, ulong third, ulong fourth);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ReadParentDeathSignal(int option, out int signal, ulong second, ulong third, ulong fourth);
}
