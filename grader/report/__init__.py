"""Page data, charts and words of every report. Nothing here renders or opens a file but the catalogue."""
