using LmDeploy.Engine.Native;

namespace LmDeploy.Worker.Guards;

/// <summary>
/// Ends the process when its standard input does: the supervisor holds the other end of that pipe for as long as it wants this worker.
/// The first line on it is the worker's token.
/// </summary>
/// <remarks>A dedicated thread in a blocking read, so that neither the thread pool nor native code of the engine can delay it.</remarks>
internal static class LifeLine
{
    private const int LongestToken = 256;

    /// <summary>Starts watching.</summary>
    /// <param name="firstLine">Called once, with the first line.</param>
    public static void Arm(Stream input, Action<string> firstLine)
    {
        var thread = new Thread(() => Watch(input, firstLine)) { Name = "life-line", IsBackground = true };
        thread.Start();
    }

    private static void Watch(Stream input, Action<string> firstLine)
    {
        try
        {
            firstLine(ReadLine(input));
            while (input.ReadByte() >= 0)
            {
            }
        }
        finally
        {
            LibC.ExitNow(0);
        }
    }

    private static string ReadLine(Stream input)
    {
        Span<char> line = stackalloc char[LongestToken];
        var length = 0;
        int next;
        while ((next = input.ReadByte()) is not (-1 or '\n') && length < LongestToken)
        {
            line[length++] = (char)next;
        }

        return new string(line[..length]);
    }
}
