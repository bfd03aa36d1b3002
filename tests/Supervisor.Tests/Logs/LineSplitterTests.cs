using System.Text;
using LmDeploy.Supervisor.Logs;

namespace LmDeploy.Supervisor.Tests.Logs;

public sealed class LineSplitterTests
{
    private readonly List<string> _lines = [];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public void Add_CutsLinesWhereverThePiecesEnd(int piece)
    {
        var splitter = new LineSplitter(_lines.Add);

        foreach (var bytes in Encoding.UTF8.GetBytes("one\r\n\nzwölf\nlast").Chunk(piece))
        {
            splitter.Add(bytes);
        }

        splitter.Complete();
        _lines.ShouldBe(["one", "", "zwölf", "last"]);
    }

    [Fact]
    public void Add_CutsALineThatIsTooLong()
    {
        var splitter = new LineSplitter(_lines.Add);

        for (var i = 0; i < 1024; i++)
        {
            splitter.Add(Enumerable.Repeat((byte)'x', 1024).ToArray());
        }

        splitter.Add("\nnext\n"u8);
        _lines.ShouldBe([new string('x', LineSplitter.LongestLine) + " [cut]", "next"]);
    }

    [Fact]
    public void Add_ReplacesInvalidUtf8()
    {
        var splitter = new LineSplitter(_lines.Add);

        splitter.Add([0x61, 0xFF, 0x62, (byte)'\n']);

        _lines.ShouldBe(["a\uFFFDb"]);
    }
}
