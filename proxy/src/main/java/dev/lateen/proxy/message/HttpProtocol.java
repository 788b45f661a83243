package dev.lateen.proxy.message;

/** The HTTP version of one side of an exchange, with the text that Envoy prints for {@code %PROTOCOL%}. */
public enum HttpProtocol {
    /** RFC 1945. */
    HTTP_1_0("HTTP/1.0"),
    /** RFC 9112. */
    HTTP_1_1("HTTP/1.1"),
    /** RFC 9113, over TLS or clear text. */
    HTTP_2("HTTP/2");

    private final String text;

    HttpProtocol(String text) {
        this.text = text;
    }

    /** As it stands in an access log. */
    public String text() {
        return text;
    }
}
