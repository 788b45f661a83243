package dev.lateen.injector.text;

/** A template that can't be understood or rendered: where, what was found, what is accepted. */
public final class TemplateException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    TemplateException(String message) {
        super(message);
    }
}
