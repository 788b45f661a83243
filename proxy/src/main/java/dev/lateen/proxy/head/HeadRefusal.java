package dev.lateen.proxy.head;

import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import org.jspecify.annotations.Nullable;

/** Why a request's head is answered without looking further. */
public sealed interface HeadRefusal {
    /** For people: the rule. */
    String rule();

    /** Those that say nothing but themselves. */
    enum Plain implements HeadRefusal {
        /** HTTP/1.0, and {@code accept_http_10} is off. */
        LOW_VERSION("HTTP/1.0 (expected: accept_http_10)"),
        /** Nobody is named as host. */
        MISSING_HOST("no host"),
        /** An {@code https} URL on a connection without TLS. */
        HTTPS_ON_PLAINTEXT("an https URL on a connection without TLS"),
        /** A header with an underscore, and {@code headers_with_underscores_action} rejects such requests. */
        UNDERSCORE("headers_with_underscores_action: REJECT_REQUEST"),
        /** A path that does not begin with a slash. */
        ABSOLUTE_PATH("a path that does not begin with a slash"),
        /** A path that can't be normalized, or may not be. */
        PATH("a path that can't be normalized, or may not be");

        private final String rule;

        Plain(String rule) {
            this.rule = rule;
        }

        @Override
        public String rule() {
            return rule;
        }
    }

    /** The client is to ask again by the path that its own stands for. @param path with its query */
    record AskAgain(String path) implements HeadRefusal {
        @Override
        public String rule() {
            return "path_with_escaped_slashes_action: UNESCAPE_AND_REDIRECT to " + path;
        }
    }

    /** Tells it to whoever asks. @return itself */
    default HeadRefusal told(@Nullable Trace trace) {
        if (trace != null) {
            trace.no(Question.HEAD, "", Provenance.NONE, rule());
        }
        return this;
    }
}
