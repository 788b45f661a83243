package dev.lateen.api.yaml;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import org.jspecify.annotations.Nullable;

/**
 * Something wrong in what a user wrote.
 *
 * @param severity whether it is refused
 * @param origin where it stands
 * @param line the line, from 1; 0 if there are no lines
 * @param resource what it belongs to; null if it is not known, or if it is about a file as a whole
 * @param path the field, such as {@code spec.http[0].timeout}; empty for the whole document
 * @param found what was found
 * @param accepted what would be accepted; empty if that goes without saying
 */
public record Problem(
        Severity severity,
        Origin origin,
        int line,
        @Nullable ResourceKey resource,
        String path,
        String found,
        String accepted) {
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

    /** The resource as messages name it, such as {@code VirtualService default/reviews}; empty if it is not known. */
    public String subject() {
        return resource == null ? "" : resource.toString();
    }

    /** One line for a terminal: {@code file:line (document n): resource: path: found (expected: accepted)}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(origin.source());
        if (line > 0) {
            text.append(':').append(line);
        }
        // A file that can't be read has no documents.
        boolean ofFile = line == 0 && resource == null && path.isEmpty();
        text.append(origin instanceof Origin.InFile file && !ofFile ? " (document " + file.document() + "): " : ": ");
        if (severity == Severity.WARNING) {
            text.append("warning: ");
        }
        return text.append(statement()).toString();
    }

    /** The same without its place, for those who know it: {@code resource: path: found (expected: accepted)}. */
    public String statement() {
        StringBuilder text = new StringBuilder();
        for (String part : new String[] {subject(), path}) {
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
