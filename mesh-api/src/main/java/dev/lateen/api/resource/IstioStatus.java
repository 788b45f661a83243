package dev.lateen.api.resource;

import dev.lateen.api.schema.Format;
import java.util.List;

/**
 * What a controller says of a resource of Istio's kinds (Istio: {@code meta.v1alpha1.IstioStatus}). Texts are empty and numbers 0 where nothing is said.
 *
 * @param conditions what holds of it
 * @param validationMessages what is wrong with it
 * @param observedGeneration the {@code metadata.generation} that all of this is about
 */
public record IstioStatus(
        List<Condition> conditions, List<ValidationMessage> validationMessages, long observedGeneration) {
    /**
     * Something that holds of a resource, or doesn't, or may.
     *
     * @param type what, such as {@code Reconciled}
     * @param status {@code True}, {@code False} or {@code Unknown}
     * @param lastProbeTime when it was last looked at, as RFC 3339 has it
     * @param lastTransitionTime when it last changed, as RFC 3339 has it
     * @param reason why, in one word
     * @param message why, for people
     * @param observedGeneration the {@code metadata.generation} that this is about
     */
    public record Condition(
            String type,
            String status,
            @Format("date-time") String lastProbeTime,
            @Format("date-time") String lastTransitionTime,
            String reason,
            String message,
            long observedGeneration) {}

    /**
     * Something that is wrong with a resource.
     *
     * @param type what kind of thing
     * @param level how bad
     * @param documentationUrl where more is said
     */
    public record ValidationMessage(MessageType type, Level level, String documentationUrl) {}

    /**
     * The kind of a message.
     *
     * @param name such as {@code SchemaValidationError}
     * @param code such as {@code IST0106}
     */
    public record MessageType(String name, String code) {}

    /** How bad something is. */
    public enum Level {
        /** Nothing was said of it. */
        UNKNOWN,
        /** It does not work. */
        ERROR,
        /** It may not do what it seems to. */
        WARNING,
        /** Good to know. */
        INFO
    }
}
