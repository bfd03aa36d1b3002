using System.Buffers.Binary;
using System.Text;

namespace LmDeploy.Engine.Native.LibTorch;

/// <summary>
/// Makes one needed symbol version of an ELF library weak, so that the loader warns instead of refusing.
/// </summary>
/// <remarks>
/// TorchSharp's native library needs <c>GLIBCXX_3.4.32</c> for one symbol that nothing refers to; Debian 12, Ubuntu 22.04
/// and RHEL 9 have an older libstdc++. Layout: System V ABI, "Symbol Versioning" (Elf64_Verneed, Elf64_Vernaux).
/// </remarks>
internal static class ElfSymbolVersions
{
    private const uint SectionGnuVerneed = 0x6ffffffe;
    private const ushort FlagWeak = 2;

    /// <summary>Marks the version weak, in place.</summary>
    /// <returns>Whether the library needs that version.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a 64-bit little-endian ELF file, or end too early.</exception>
    public static bool MakeWeak(Span<byte> elf, string version)
    {
        try
        {
            return MakeWeakCore(elf, Encoding.ASCII.GetBytes(version + '\0'));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("The ELF file is truncated or damaged: a section lies outside of it.", e);
        }
    }

    private static bool MakeWeakCore(Span<byte> elf, ReadOnlySpan<byte> version)
    {
        if (elf.Length < 64 || !elf[..6].SequenceEqual<byte>([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
        {
            throw new InvalidDataException("Not a 64-bit little-endian ELF file.");
        }

        var sections = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(elf[0x28..]));
        var sectionSize = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3a..]);
        var sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3c..]);
        for (var i = 0; i < sectionCount; i++)
        {
            var header = elf.Slice(sections + (i * sectionSize), 64);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != SectionGnuVerneed)
            {
                continue;
            }

            var strings = elf.Slice(sections + (BinaryPrimitives.ReadInt32LittleEndian(header[0x28..]) * sectionSize), 64);
            var names = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(strings[0x18..]));
            var start = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(header[0x18..]));
            if (MarkNeeded(elf, start, BinaryPrimitives.ReadInt32LittleEndian(header[0x2c..]), names, version))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MarkNeeded(Span<byte> elf, int need, int count, int names, ReadOnlySpan<byte> version)
    {
        for (; count > 0; count--)
        {
            var entry = need + BinaryPrimitives.ReadInt32LittleEndian(elf[(need + 8)..]);
            for (var left = BinaryPrimitives.ReadUInt16LittleEndian(elf[(need + 2)..]); left > 0; left--)
            {
                var name = names + BinaryPrimitives.ReadInt32LittleEndian(elf[(entry + 8)..]);
                if (elf[name..].StartsWith(version))
                {
                    var flags = elf[(entry + 4)..];
                    BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | FlagWeak));
                    return true;
                }

                entry += BinaryPrimitives.ReadInt32LittleEndian(elf[(entry + 12)..]);
            }

            need += BinaryPrimitives.ReadInt32LittleEndian(elf[(need + 12)..]);
        }

        return false;
    }
}
