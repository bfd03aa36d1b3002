using System.Globalization;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Admission;

/// <summary>A memory reservation: memory of one device that one worker may take, as a line of a <see cref="DeviceLedger"/>.</summary>
/// <param name="Owner">The supervisor that gave it.</param>
/// <param name="Number">Names it among those of its owner.</param>
/// <param name="Worker">Who may take it; the default before the worker is started.</param>
/// <param name="Bytes">How much in all, what the worker holds already included.</param>
/// <param name="IsLoaded">Whether the worker has taken what it is going to take.</param>
internal sealed record Promise(ProcessIdentity Owner, int Number, ProcessIdentity Worker, long Bytes, bool IsLoaded)
{
    private const int Fields = 7;

    public static bool TryParse(string line, out Promise? promise)
    {
        promise = null;
        Span<long> numbers = stackalloc long[Fields];
        var count = 0;
        foreach (var field in line.Split(' '))
        {
            if (count == Fields || !long.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out numbers[count++]))
            {
                return false;
            }
        }

        if (count < Fields || numbers[0] > int.MaxValue || numbers[2] > int.MaxValue || numbers[3] > int.MaxValue)
        {
            return false;
        }

        promise = new Promise(
            new ProcessIdentity((int)numbers[0], numbers[1]), (int)numbers[2], new ProcessIdentity((int)numbers[3], numbers[4]), numbers[5], numbers[6] != 0);
        return true;
    }

    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture, $"{Owner.Pid} {Owner.StartTicks} {Number} {Worker.Pid} {Worker.StartTicks} {Bytes} {(IsLoaded ? 1 : 0)}");
}
