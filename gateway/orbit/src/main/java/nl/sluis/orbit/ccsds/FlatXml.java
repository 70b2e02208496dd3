package nl.sluis.orbit.ccsds;

import java.io.StringReader;
import java.util.HashMap;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads the leaf elements of each {@code omm} of an XML message (CCSDS 505.0-B-3). */
final class FlatXml {

    private FlatXml() {}

    static void read(String text, FlatJson.Sink sink) throws MessageException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        // nothing outside the message is ever fetched, and no entity grows
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        Map<String, String> fields = new HashMap<>();
        StringBuilder value = new StringBuilder();
        int first = 1;
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(text));
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        value.setLength(0);
                        if (reader.getLocalName().equals("omm")) {
                            fields = new HashMap<>();
                            first = reader.getLocation().getLineNumber();
                        }
                    }
                    case XMLStreamConstants.CHARACTERS -> value.append(reader.getText());
                    case XMLStreamConstants.END_ELEMENT -> {
                        if (reader.getLocalName().equals("omm")) {
                            sink.take(first, fields);
                        } else if (!value.toString().isBlank()) {
                            fields.put(reader.getLocalName(), value.toString().strip());
                        }
                        value.setLength(0);
                    }
                    default -> {
                        // comments and instructions say nothing about orbits
                    }
                }
            }
        } catch (XMLStreamException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNumber();
            throw new MessageException(new Problem(
                    line,
                    "",
                    line > 0 ? Parsing.line(text, line) : "the message",
                    "well-formed XML without a document type"));
        }
    }
}
