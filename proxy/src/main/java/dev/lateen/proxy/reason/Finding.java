package dev.lateen.proxy.reason;

import dev.lateen.proxy.model.Provenance;

/**
 * One thing that a decision looked at.
 *
 * @param subject what was looked at, by its name in the configuration, such as a route's; may be empty
 * @param resource the user's resource that it comes from, and the field where that is known
 * @param held whether it fits; of the alternatives of one question the last that does is taken
 * @param rule what fitted or what did not, such as {@code header end-user: "jason" (expected: exact "bob")}
 */
public record Finding(Question question, String subject, Provenance resource, boolean held, String rule) {
    /** For people: one line. */
    public String text() {
        return question + " " + (subject.isEmpty() ? "" : subject + " ") + "[" + resource.text() + "] "
                + (held ? "yes" : "no") + ": " + rule;
    }
}
