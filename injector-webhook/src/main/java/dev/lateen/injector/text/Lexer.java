package dev.lateen.injector.text;

import java.util.ArrayList;
import java.util.List;

/** Cuts a template into text and actions, and an action into tokens. Pure. */
final class Lexer {
    private Lexer() {}

    /**
     * A part of a template.
     *
     * @param isAction whether it stood between braces
     * @param text without the braces
     * @param line on which it begins, from 1
     */
    record Part(boolean isAction, String text, int line) {}

    /** Parts in order; comments are gone, and spaces that a dash trims. */
    static List<Part> parts(String template) {
        List<Part> parts = new ArrayList<>();
        int at = 0;
        boolean trimStart = false;
        while (at <= template.length()) {
            int open = template.indexOf("{{", at);
            String text = template.substring(at, open < 0 ? template.length() : open);
            boolean trimEnd = open >= 0 && trims(template, open);
            text = trimStart ? text.stripLeading() : text;
            text = trimEnd ? text.stripTrailing() : text;
            if (!text.isEmpty()) {
                parts.add(new Part(false, text, line(template, at)));
            }
            if (open < 0) {
                break;
            }
            int close = end(template, open + 2);
            if (close < 0) {
                throw new TemplateException("line " + line(template, open) + ": {{ without }}");
            }
            String action = template.substring(open + 2, close);
            trimStart = action.matches("(?s).*\\s-");
            action = action.startsWith("-") && trimEnd ? action.substring(1) : action;
            action = (trimStart ? action.substring(0, action.length() - 1) : action).strip();
            if (!action.startsWith("/*")) {
                parts.add(new Part(true, action, line(template, open)));
            }
            at = close + 2;
        }
        return parts;
    }

    private static boolean trims(String template, int open) {
        return template.startsWith("{{-", open)
                && open + 3 < template.length()
                && Character.isWhitespace(template.charAt(open + 3));
    }

    /** Where an action ends; braces in texts don't count. */
    private static int end(String template, int from) {
        char quote = 0;
        for (int i = from; i < template.length(); i++) {
            char c = template.charAt(i);
            if (quote != 0) {
                if (c == '\\' && quote == '"') {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '"' || c == '`') {
                quote = c;
            } else if (template.startsWith("}}", i)) {
                return i;
            }
        }
        return -1;
    }

    private static int line(String template, int at) {
        return 1
                + (int) template.substring(0, at).chars().filter(c -> c == '\n').count();
    }

    /** Tokens of an action: texts keep their first quote, to be told from names. */
    static List<String> tokens(Part action) {
        String text = action.text();
        List<String> tokens = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            int end = at + 1;
            if (Character.isWhitespace(c)) {
                at++;
                continue;
            }
            if (c == '"' || c == '`') {
                end = quoted(action, at);
                tokens.add(c == '"' ? "\"" + unescaped(text.substring(at + 1, end - 1)) : text.substring(at, end - 1));
                at = end;
                continue;
            }
            if (text.startsWith(":=", at)) {
                end = at + 2;
            } else if ("()|,=".indexOf(c) < 0) {
                while (end < text.length() && isWord(text, end)) {
                    end++;
                }
            }
            tokens.add(text.substring(at, end));
            // A field of what is in parentheses begins right behind them.
            boolean chained = text.startsWith(").", at);
            if (chained) {
                tokens.add("FIELDS");
            }
            at = end;
        }
        return tokens;
    }

    private static boolean isWord(String text, int at) {
        char c = text.charAt(at);
        return !Character.isWhitespace(c) && "()|,=\"`".indexOf(c) < 0 && !text.startsWith(":=", at);
    }

    private static int quoted(Part action, int from) {
        char quote = action.text().charAt(from);
        for (int i = from + 1; i < action.text().length(); i++) {
            char c = action.text().charAt(i);
            if (c == '\\' && quote == '"') {
                i++;
            } else if (c == quote) {
                return i + 1;
            }
        }
        throw new TemplateException("line " + action.line() + ": a text without an end");
    }

    private static String unescaped(String text) {
        return text.translateEscapes();
    }
}
