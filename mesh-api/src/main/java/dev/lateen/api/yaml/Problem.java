package dev.lateen.api.yaml;

import dev.lateen.api.resource.Origin;

/**
 * Something wrong in a user's file.
 *
 * @param severity whether it is refused
 * @param origin the file and document
 * @param line the line, from 1; 0 if there are no lines
 * @param resource the resource, such as {@code VirtualService default/reviews}; empty if it is not known
 * @param path the field, such as {@code spec.http[0].timeout}; empty for the whole document
 * @param found what was found
 * @param accepted what would be accepted; empty if that goes without saying
 */
public record Problem(
        Severity severity, Origin origin, int line, String resource, String path, String found, String accepted) {
    /** Whether it is refused. */
    public enum Severity {
        /** It is refused. */
        ERROR,
        /** It is accepted, but does not do what it seems to. */
        WARNING
    }

    /** Whether it is refused. */
    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** One line for a terminal: {@code file:line (document n): resource: path: found (expected: accepted)}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(origin.source());
        if (line > 0) {
            text.append(':').append(line);
        }
        // A file that can't be read has no documents.
        boolean ofFile = line == 0 && resource.isEmpty() && path.isEmpty();
        text.append(ofFile ? ": " : " (document " + origin.document() + "): ");
        if (severity == Severity.WARNING) {
            text.append("warning: ");
        }
        for (String part : new String[] {resource, path}) {
            if (!part.isEmpty()) {
                text.append(part).append(": ");
            }
        }
        text.append(found);
        return accepted.isEmpty()
                ? text.toString()
                : text.append(" (expected: ").append(accepted).append(')').toString();
    }
}
