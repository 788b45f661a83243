package dev.lateen.proxy.http;

import dev.lateen.proxy.head.HeadRefusal;
import dev.lateen.proxy.http.filter.LocalReply;

/** The answer to a head that is refused. */
final class RefusedHeads {
    private RefusedHeads() {}

    static LocalReply reply(HeadRefusal refusal) {
        return switch (refusal) {
            case HeadRefusal.Plain plain ->
                switch (plain) {
                    case LOW_VERSION -> LocalReply.lowVersion();
                    case MISSING_HOST -> LocalReply.missingHost();
                    case HTTPS_ON_PLAINTEXT -> LocalReply.httpsOnPlaintext();
                    case UNDERSCORE -> LocalReply.badRequest("http1.unexpected_underscore");
                    case ABSOLUTE_PATH -> LocalReply.absolutePathRejected();
                    case PATH -> LocalReply.pathRejected();
                };
            case HeadRefusal.AskAgain(String path) -> LocalReply.normalizedPath(path);
        };
    }
}
