package dev.lateen.injector.text;

import dev.lateen.injector.text.Lexer.Part;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes pieces of a template's parts. Used once, by one thread. */
final class TemplateParser {
    private final List<Part> parts;
    private final Map<String, List<Piece>> defined = new HashMap<>();
    private int at;

    private TemplateParser(List<Part> parts) {
        this.parts = parts;
    }

    /**
     * A template that was understood.
     *
     * @param body of it
     * @param defined templates inside of it, by name
     */
    record Parsed(List<Piece> body, Map<String, List<Piece>> defined) {}

    static Parsed parse(String text) {
        TemplateParser parser = new TemplateParser(Lexer.parts(text));
        List<Piece> body = parser.body();
        if (parser.at < parser.parts.size()) {
            Part part = parser.parts.get(parser.at);
            throw new TemplateException("line " + part.line() + ": " + part.text() + ": nothing is open");
        }
        return new Parsed(body, parser.defined);
    }

    /** Up to the end, or an action that ends or divides a block. */
    private List<Piece> body() {
        List<Piece> pieces = new ArrayList<>();
        while (at < parts.size()) {
            Part part = parts.get(at);
            if (!part.isAction()) {
                pieces.add(new Piece.Text(part.text()));
                at++;
                continue;
            }
            String word = word(part);
            if (word.equals("end") || word.equals("else")) {
                return pieces;
            }
            at++;
            if (word.equals("define")) {
                define(part);
            } else {
                pieces.add(piece(part, word));
            }
        }
        return pieces;
    }

    private static String word(Part part) {
        List<String> tokens = Lexer.tokens(part);
        return tokens.isEmpty() ? "" : tokens.getFirst();
    }

    private void define(Part part) {
        List<String> tokens = Lexer.tokens(part);
        if (tokens.size() != 2 || !isText(tokens.get(1))) {
            throw new TemplateException("line " + part.line() + ": " + part.text() + " (expected: define \"NAME\")");
        }
        defined.put(tokens.get(1).substring(1), body());
        end(part);
    }

    private static boolean isText(String token) {
        return token.startsWith("\"") || token.startsWith("`");
    }

    private Piece piece(Part part, String word) {
        var expressions = new ExpressionParser(part);
        return switch (word) {
            case "if" -> condition(part, expressions.skip(1));
            case "with" -> {
                String variable = expressions.skip(1).declared();
                TemplateExpression value = expressions.all();
                List<Piece> then = body();
                yield new Piece.With(variable, value, then, otherwise(part));
            }
            case "range" -> range(part, expressions.skip(1));
            case "template" -> {
                String name = expressions.skip(1).text();
                yield new Piece.Include(
                        name, expressions.isAtEnd() ? new TemplateExpression.Literal(null) : expressions.all());
            }
            case "block", "break", "continue" ->
                throw new TemplateException("line " + part.line() + ": " + word
                        + " is not understood (expected: if, with, range, define, template or an expression)");
            default -> assignmentOrOutput(expressions);
        };
    }

    private static Piece assignmentOrOutput(ExpressionParser expressions) {
        String assigned = expressions.assigned();
        if (!assigned.isEmpty()) {
            return new Piece.Assignment(assigned, false, expressions.all());
        }
        String declared = expressions.declared();
        return declared.isEmpty()
                ? new Piece.Output(expressions.all())
                : new Piece.Assignment(declared, true, expressions.all());
    }

    private Piece condition(Part part, ExpressionParser expressions) {
        TemplateExpression condition = expressions.all();
        List<Piece> then = body();
        return new Piece.If(condition, then, otherwise(part));
    }

    private Piece range(Part part, ExpressionParser expressions) {
        List<String> names = expressions.declaredPair();
        TemplateExpression items = expressions.all();
        List<Piece> body = body();
        return new Piece.Range(names.get(0), names.get(1), items, body, otherwise(part));
    }

    /** What comes behind else; the end of the block too. */
    private List<Piece> otherwise(Part opened) {
        Part part = next(opened);
        String text = part.text();
        if (text.equals("end")) {
            return List.of();
        }
        if (text.equals("else")) {
            List<Piece> pieces = body();
            end(opened);
            return pieces;
        }
        if (text.startsWith("else if")) {
            var expressions = new ExpressionParser(part).skip(2);
            return List.of(condition(opened, expressions));
        }
        throw new TemplateException("line " + part.line() + ": " + text + " (expected: else, else if or end)");
    }

    private void end(Part opened) {
        Part part = next(opened);
        if (!part.text().equals("end")) {
            throw new TemplateException("line " + part.line() + ": " + part.text() + " (expected: end)");
        }
    }

    private Part next(Part opened) {
        if (at >= parts.size()) {
            throw new TemplateException("line " + opened.line() + ": " + opened.text() + ": without end");
        }
        return parts.get(at++);
    }
}
