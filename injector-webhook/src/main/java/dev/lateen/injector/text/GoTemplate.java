package dev.lateen.injector.text;

import java.util.Map;

/** A template that was understood; rendered as often as needed, by any thread. */
public final class GoTemplate {
    private final TemplateParser.Parsed parsed;

    private GoTemplate(TemplateParser.Parsed parsed) {
        this.parsed = parsed;
    }

    /**
     * Reads a template.
     *
     * @throws TemplateException if it can't be understood: its line, what was found, what is accepted
     */
    public static GoTemplate parse(String text) {
        return new GoTemplate(TemplateParser.parse(text));
    }

    /**
     * The text it makes.
     *
     * @param data maps, lists, texts, numbers and booleans; names of fields may begin with a capital letter in the template where they don't in the data
     * @throws TemplateException if a function is given what it can't work with, or the text gets too long
     */
    public String render(Map<String, ?> data) {
        return new Renderer(parsed, data).render();
    }
}
