using System.Text;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>A stream whose writes do not return before it is thawed, as those to a stopped terminal.</summary>
internal sealed class FrozenStream : MemoryStream
{
    private readonly ManualResetEventSlim _thawed = new();

    public string Text
    {
        get
        {
            lock (_thawed)
            {
                return Encoding.UTF8.GetString(ToArray());
            }
        }
    }

    public void Thaw() => _thawed.Set();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _thawed.Wait();
        lock (_thawed)
        {
            base.Write(buffer);
        }
    }

    protected override void Dispose(bool disposing)
    {
        Thaw(); // Whoever writes goes on; the event is left to the collector, as he may still be about to look at it.
        base.Dispose(disposing);
    }
}
