namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <content>Web and mail addresses, names of people on social media, and markup.</content>
internal ref partial struct PtbLexer
{
    private static readonly string[] KnownDomains = ["com", "net", "org", "edu"];

    /// <summary>The end of an address that starts with the word, or 0.</summary>
    private int AddressEnd(int start, int word)
    {
        var joined = _document[start..word].Contains('.');
        if (!joined && At(word) is not ('@' or ':' or '.' or '_' or '-' or '+'))
        {
            return 0;
        }

        return Math.Max(MailEnd(start), Math.Max(LinkEnd(start), HostEnd(start)));
    }

    /// <summary>The end of a mail address, with an angle bracket behind it, or 0. It needs no period.</summary>
    private int MailEnd(int start)
    {
        var end = MailboxEnd(start);
        return end > 0 && At(end) == '>' ? end + 1 : end;
    }

    private int MailboxEnd(int start)
    {
        if (start >= _mailNameEnd)
        {
            // Found once for all words in it, as it may be long.
            _mailNameEnd = start;
            while (!IsOutsideAddress(At(_mailNameEnd)) && At(_mailNameEnd) is not ('(' or ')' or '@'))
            {
                _mailNameEnd++;
            }
        }

        var at = _mailNameEnd;
        if (At(at) != '@' || at == start)
        {
            return 0;
        }

        var end = 0;
        for (var label = at + 1; ; label = end + 1)
        {
            var stop = label;
            while (!IsOutsideAddress(At(stop)) && At(stop) is not ('(' or ')' or '.'))
            {
                stop++;
            }

            if (stop == label)
            {
                return end;
            }

            end = stop;
            if (At(end) != '.')
            {
                return end;
            }
        }
    }

    /// <summary><c>https://...</c>, up to a blank or bracket, without a mark at its end.</summary>
    private readonly int LinkEnd(int start)
    {
        var rest = Rest(start);
        var scheme = rest.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? 7
            : rest.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? 8
            : 0;
        return scheme == 0 ? 0 : PathEnd(start + scheme, start + scheme);
    }

    /// <summary>A host without a scheme: one that starts with <c>www.</c> or ends with a well-known domain; a path may follow.</summary>
    private readonly int HostEnd(int start)
    {
        var www = Rest(start).StartsWith("www.", StringComparison.OrdinalIgnoreCase);
        var end = 0;
        var stop = start;
        for (var label = start; ; label = stop + 1)
        {
            stop = label;
            while (!IsOutsideAddress(At(stop)) && At(stop) is not ('.' or '!' or '?' or '(' or ')' or '{' or '}' or ',' or '-' or '_' or '$' or '/' or '\'' or '‘' or ':' or '@'))
            {
                stop++;
            }

            if (stop == label)
            {
                break;
            }

            if (label > start && EndsHost(_document[label..stop], www && label > start + 4))
            {
                end = stop;
            }

            if (At(stop) != '.')
            {
                break;
            }
        }

        return end > 0 && At(end) == '/' ? PathEnd(end + 1, end) : end;
    }

    private static bool EndsHost(ReadOnlySpan<char> label, bool anyDomain)
    {
        foreach (var domain in KnownDomains)
        {
            if (label.Equals(domain, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return anyDomain && label.Length is >= 2 and <= 4 && !label.ContainsAnyExceptInRange('A', 'z');
    }

    private readonly int PathEnd(int index, int whenEmpty)
    {
        var end = index;
        while (!IsOutsideAddress(At(end)) && At(end) is not ('(' or ')'))
        {
            end++;
        }

        while (end > index && _document[end - 1] is '.' or '!' or '?' or ',' or '{' or '}' or '-')
        {
            end--;
        }

        return end > index ? end : whenEmpty == index ? 0 : whenEmpty;
    }

    private static bool IsOutsideAddress(char c) => c is '"' or '<' or '>' or '|' || CharKinds.Of(c) is CharKind.Blank or CharKind.LineBreak;

    /// <summary>The end of <c>@name</c>, or 0.</summary>
    private readonly int MentionEnd(int start)
    {
        var end = start + 1;
        while (char.IsAsciiLetter(At(end)) || At(end) == '_' || (end > start + 1 && char.IsAsciiDigit(At(end))))
        {
            end++;
        }

        return end > start + 1 ? end : 0;
    }

    /// <summary>The end of <c>#topic</c>, or 0.</summary>
    private readonly int TopicEnd(int start)
    {
        var end = start + 1;
        while (IsLetterAt(end))
        {
            end++;
        }

        return end > start + 1 ? end : 0;
    }

    /// <summary>The end of a markup tag or comment, or 0.</summary>
    private readonly int TagEnd(int start)
    {
        var first = At(start + 1) == '/' ? start + 2 : start + 1;
        if (At(first) is '!' or '?' && (char.IsAsciiLetter(At(first + 1)) || At(first + 1) == '-'))
        {
            var close = Rest(start).IndexOf('>');
            return close < 0 ? 0 : start + close + 1;
        }

        if (!char.IsAsciiLetter(At(first)))
        {
            return 0;
        }

        var end = TagNameEnd(first);
        while (At(end) == ' ' && AttributeEnd(SkipSpaces(end)) is > 0 and var attribute)
        {
            end = attribute;
        }

        end = SkipSpaces(end);
        end = At(end) == '/' ? end + 1 : end;
        return At(end) == '>' ? end + 1 : 0;
    }

    private readonly int TagNameEnd(int start)
    {
        var end = start;
        while (char.IsAsciiLetterOrDigit(At(end)) || At(end) is ':' or '.' or '-')
        {
            end++;
        }

        return end;
    }

    private readonly int SkipSpaces(int index)
    {
        while (At(index) == ' ')
        {
            index++;
        }

        return index;
    }

    /// <summary>The end of <c>name</c>, <c>name="value"</c> or <c>"value"</c>, or 0.</summary>
    private readonly int AttributeEnd(int start)
    {
        var name = char.IsAsciiLetter(At(start)) ? TagNameEnd(start) : start;
        var equals = SkipSpaces(name);
        var quote = name == start ? start : At(equals) == '=' ? SkipSpaces(equals + 1) : -1;
        if (quote < 0 || At(quote) is not ('"' or '\''))
        {
            return name > start ? name : 0;
        }

        var close = quote + 1 < _end ? Rest(quote + 1).IndexOfAny('"', '\'') : -1;
        return close < 0 ? 0 : quote + close + 2;
    }
}
