package dev.lateen.proxy.jwt;

/**
 * A token somewhere in a request.
 *
 * @param text as it stands there
 * @param place where
 * @param name of the header, parameter or cookie
 */
record FoundToken(String text, Place place, String name) {
    /** Where tokens may be. */
    enum Place {
        HEADER,
        PARAMETER,
        COOKIE
    }
}
