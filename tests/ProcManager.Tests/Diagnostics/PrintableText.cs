using ProcManager.Diagnostics;

namespace ProcManager.Tests.Diagnostics;

public class PrintableText
{
    [Theory]
    [InlineData("GET /orders?id=1", "GET /orders?id=1")]
    [InlineData("GET /grüße/北京", "GET /grüße/北京")]
    [InlineData("a\nprocmanager: b", @"a\u000Aprocmanager: b")]
    [InlineData("\u001b[2J\0\u007f", @"\u001B[2J\u0000\u007F")]
    [InlineData("a\u2028b\u2029c\u0085d", @"a\u2028b\u2029c\u0085d")]
    [InlineData("\u202egnp.exe\u200b", @"\u202Egnp.exe\u200B")]
    [InlineData("", "")]
    public void What_could_write_a_line_of_its_own_is_shown_as_an_escape(string text, string shown) => Printable.Of(text).Should().Be(shown);
}
