package dev.lateen.install;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.run.RunBootstrap.Listen;

/** Reads addresses to listen on, in Istio's and Go's way: {@code 127.0.0.1:15010}, {@code :15010} for all addresses. */
final class ListenOption {
    private ListenOption() {}

    static Listen parse(String flag, String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, flag + ": " + text + " (expected: ADDRESS:PORT or :PORT)");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new Listen(flag, host.isEmpty() ? "0.0.0.0" : host, port(flag, text.substring(colon + 1)));
    }

    static int port(String flag, String text) {
        try {
            int port = Integer.parseInt(text);
            if (port > 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new CommandFailure(CommandFailure.BAD_INPUT, flag + ": " + text + " (expected: a port from 1 to 65535)");
    }
}
