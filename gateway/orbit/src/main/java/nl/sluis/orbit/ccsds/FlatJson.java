package nl.sluis.orbit.ccsds;

import java.util.HashMap;
import java.util.Map;

/** Reads a JSON array of flat objects, or one such object: the form in which catalogues serve OMM. */
final class FlatJson {

    /** Takes an object's fields, all as text, and the line on which it starts. */
    interface Sink {
        void take(int line, Map<String, String> fields);
    }

    private final String text;
    private final Sink sink;
    private int at;
    private int line = 1;

    private FlatJson(String text, Sink sink) {
        this.text = text;
        this.sink = sink;
    }

    static void read(String text, Sink sink) throws MessageException {
        FlatJson reader = new FlatJson(text, sink);
        if (reader.next() == '[') {
            reader.at++;
            if (reader.next() == ']') {
                throw reader.refusal("at least one object");
            }
            reader.object();
            while (reader.next() == ',') {
                reader.at++;
                reader.object();
            }
            reader.expect(']');
        } else {
            reader.object();
        }
        if (reader.next() != 0) {
            throw reader.refusal("nothing after the end");
        }
    }

    private void object() throws MessageException {
        Map<String, String> fields = new HashMap<>();
        next();
        int first = line;
        expect('{');
        if (next() != '}') {
            field(fields);
            while (next() == ',') {
                at++;
                field(fields);
            }
        }
        expect('}');
        sink.take(first, fields);
    }

    private void field(Map<String, String> fields) throws MessageException {
        String keyword = string();
        expect(':');
        if (next() == '"') {
            fields.put(keyword, string());
            return;
        }
        int start = at;
        while (at < text.length() && ",}] \t\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String value = text.substring(start, at);
        if (value.isEmpty() || value.startsWith("{") || value.startsWith("[")) {
            throw refusal("a text, a number, true, false or null");
        }
        if (!value.equals("null")) {
            fields.put(keyword, value);
        }
    }

    private String string() throws MessageException {
        expect('"');
        StringBuilder value = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c != '\\') {
                value.append(c);
                continue;
            }
            char escaped = at < text.length() ? text.charAt(at++) : 0;
            switch (escaped) {
                case '"', '\\', '/' -> value.append(escaped);
                case 'n', 'r', 't', 'b', 'f' -> value.append(' ');
                case 'u' -> {
                    if (at + 4 > text.length()) {
                        throw refusal("four hexadecimal digits");
                    }
                    try {
                        value.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                    } catch (NumberFormatException e) {
                        throw refusal("four hexadecimal digits");
                    }
                    at += 4;
                }
                default -> throw refusal("an escape of JSON");
            }
        }
        expect('"');
        return value.toString();
    }

    /** Skips white space and returns the next character, 0 at the end. */
    private char next() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            if (text.charAt(at) == '\n') {
                line++;
            }
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void expect(char c) throws MessageException {
        if (next() != c) {
            throw refusal("`" + c + "`");
        }
        at++;
    }

    private MessageException refusal(String expected) {
        String found = at < text.length() ? text.substring(at, Math.min(text.length(), at + 20)) : "the end";
        return new MessageException(new Problem(line, "", found, expected));
    }
}
